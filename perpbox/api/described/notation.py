"""A short notation for the shape of JSON, and the JSON Schema that it stands for.

`{symbol:str price time?:int}` is an object with these fields and no others; `?` may be missing,
and a field without a type is a decimal number as text (`blank`: or nothing). `[T]` is a list,
`A|B` one of both, and a capitalised word another shape by its name.
"""

from __future__ import annotations

import re
from typing import Final

Schema = dict[str, object]

DECIMAL: Final = r"-?[0-9]+(\.[0-9]+)?(E-?[0-9]+)?"
WORDS: Final[dict[str, Schema]] = {
    "blank": {"type": "string", "pattern": rf"^({DECIMAL})?$"},
    "bool": {"type": "boolean"},
    "decimal": {"type": "string", "pattern": rf"^{DECIMAL}$"},
    "int": {"type": "integer", "format": "int64"},
    "map": {"type": "object"},
    "null": {"type": "null"},
    "num": {"type": "number"},
    "str": {"type": "string"},
}
TOKEN: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*|[{}\[\]:?|]")


def schema_of(text: str) -> Schema:
    """The schema of one shape; a name becomes a reference."""
    reader = _Reader(text)
    schema = reader.shape()
    reader.require_end()
    return schema


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = TOKEN.findall(text)
        self._at = 0

    def shape(self) -> Schema:
        shapes = [self._one()]
        while self._takes("|"):
            shapes.append(self._one())
        return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}

    def require_end(self) -> None:
        if self._at != len(self._tokens):
            raise ValueError(self._text)

    def _one(self) -> Schema:
        if self._takes("["):
            return self._list()
        if self._takes("{"):
            return self._object()
        word = self._next()
        if word in WORDS:
            return WORDS[word]
        if not word[0].isupper():
            raise ValueError(f"{word} in {self._text}")
        return {"$ref": f"#/components/schemas/{word}"}

    def _list(self) -> Schema:
        if self._takes("]"):
            return {"type": "array", "maxItems": 0}
        items = self.shape()
        self._require("]")
        return {"type": "array", "items": items}

    def _object(self) -> Schema:
        fields: dict[str, Schema] = {}
        required: list[str] = []
        while not self._takes("}"):
            name = self._next()
            if not self._takes("?"):
                required.append(name)
            fields[name] = self.shape() if self._takes(":") else WORDS["decimal"]
        schema: Schema = {"type": "object", "properties": fields, "additionalProperties": False}
        return {**schema, "required": required} if required else schema

    def _next(self) -> str:
        if self._at == len(self._tokens):
            raise ValueError(self._text)
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, token: str) -> bool:
        found = self._tokens[self._at : self._at + 1] == [token]
        self._at += found
        return found

    def _require(self, token: str) -> None:
        if not self._takes(token):
            raise ValueError(self._text)
