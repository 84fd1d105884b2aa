"""The official SDK's response models: what each endpoint has, what one makes of answers."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

from binance_sdk_derivatives_trading_usds_futures.rest_api import api as rest_apis
from binance_sdk_derivatives_trading_usds_futures.websocket_api import api as ws_apis
from pydantic import BaseModel

ENDPOINT: Final = re.compile(r'method="(\w+)",\s+path="([^"]+)"')
METHOD: Final = re.compile(r'"method": "/([^"]+)"')
MODEL: Final = re.compile(r"response_model=(\w+)")


def models_of(apis: Any, named: re.Pattern[str]) -> dict[str, Any]:
    """By what the SDK's own calls ask, the model that they read its answer with; None is none."""
    found: dict[str, Any] = {}
    for _, api in inspect.getmembers(apis, inspect.isclass):
        for _, call in inspect.getmembers(api, inspect.isfunction):
            source = inspect.getsource(call)
            if name := named.search(source):
                model = MODEL.search(source)
                module = inspect.getmodule(call)
                found[" ".join(name.groups())] = getattr(module, model[1]) if model else None
    return found


REST: Final = models_of(rest_apis, ENDPOINT)
WS: Final = models_of(ws_apis, METHOD)


class Reading:
    """What models made of answers: fields told, unknown to the model, never told, out of order."""

    def __init__(self) -> None:
        self.told: set[str] = set()
        self.unknown: set[str] = set()
        self.out_of_order: set[str] = set()
        """The rows whose fields come in another order than the model's."""
        self._declared: set[str] = set()

    @property
    def never(self) -> set[str]:
        return self._declared - self.told

    def read(self, model: Any, answer: Any) -> None:
        """Parse as the SDK does, but without the leniency that it falls back to."""
        self._compare(model.from_dict(answer), answer, "")

    def _compare(self, parsed: Any, answer: Any, at: str) -> None:
        parsed = getattr(parsed, "actual_instance", parsed)
        if isinstance(answer, list):
            assert isinstance(parsed, list), at
            for mine, theirs in zip(parsed, answer, strict=True):
                self._compare(mine, theirs, at)
        elif isinstance(answer, dict) and isinstance(parsed, BaseModel):
            self._compare_fields(parsed, answer, f"{at}." if at else "")
        else:
            assert (type(parsed), parsed) == (type(answer), answer), at

    def _compare_fields(self, parsed: BaseModel, answer: dict[str, Any], at: str) -> None:
        names = dict(_names(type(parsed)))
        self._declared |= {at + name for name in names}
        if [each for each in answer if each in names] != [each for each in names if each in answer]:
            self.out_of_order.add(at.rstrip("."))
        for name, value in answer.items():
            self.told.add(at + name)
            if name in names:
                self._compare(getattr(parsed, names[name]), value, at + name)
            else:
                self.unknown.add(at + name)
        dumped = parsed.model_dump(by_alias=True, exclude_none=True)
        dumped.pop("additional_properties", None)
        assert dumped.keys() <= answer.keys(), at


def _names(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """How each field is told, and what the model calls it."""
    for attribute, field in model.model_fields.items():
        if attribute != "additional_properties":
            yield field.alias or attribute, attribute
