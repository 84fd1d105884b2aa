"""The page of settings, out of the options that `perpbox serve` takes."""

from __future__ import annotations

from perpbox.cli import serving
from perpbox.server.sources import CONFIG, FILE, PREFIX, variable
from tools.docs_table import table

HEAD = ("setting", "flag", "variable", "default", "what it is")


def settings_page() -> str:
    sections = "\n\n".join(
        f"## {heading}\n\n{table(HEAD, rows)}" for heading, rows in settings_rows().items()
    )
    return f"""\
# Settings

Made by `make docs` from `perpbox/server/settings.py`; change that, not this. Each setting of
`perpbox serve` may be a flag, a variable, or a line of a file in TOML. A flag goes before a
variable, a variable before the file, and the file before the default. The file is the one that
`--{CONFIG}` or `{variable(CONFIG)}` names, or else `{FILE}` in the working directory:

```toml
data = "venue.sqlite"
feed = "synthetic"
clock = "x60"

[synthetic]
volatility = 1.5
```

Where several words may be, a flag takes them one after another, a variable as a shell would, and a
file as a list. What is no setting, or of another type, is refused in one line with exit code 2;
that goes for variables that begin with `{PREFIX}` too. The same settings start a venue again: time
goes on where the journal ends, at the pace that they say.

{sections}
"""


def settings_rows() -> dict[str, list[tuple[str, ...]]]:
    """The rows of each table of the file."""
    sections: dict[str, list[tuple[str, ...]]] = {}
    for argument in serving.assemble_argument_collection(parse_docstring=True):
        key = argument.name.removeprefix("--").replace("-", "_")
        if argument.children or key == CONFIG:
            continue
        heading, _, name = key.rpartition(".")
        row = (
            f"`{name}`",
            ", ".join(f"`{flag}`" for flag in argument.names),
            f"`{variable(argument.name)}`",
            shown(argument.field_info.default),
            " ".join((argument.parameter.help or "").split()),
        )
        sections.setdefault(f"[{heading}]" if heading else "The process", []).append(row)
    return sections


def shown(default: object) -> str:
    """A default as a file would say it; empty where there is none."""
    if default in {None, (), ""}:
        return ""
    if isinstance(default, tuple):
        return f"`{' '.join(map(str, default))}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"
