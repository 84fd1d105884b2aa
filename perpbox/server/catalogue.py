"""The catalogue of a new venue: the built-in one, or one made of a user's own files."""

from __future__ import annotations

from pathlib import Path

from perpbox.instrument import Catalogue, CatalogueError, builtin, from_exchange_info
from perpbox.server.settings import Unusable


def load_catalogue(files: tuple[str, ...]) -> Catalogue:
    """Read exchangeInfo, leverageBracket and, for start prices, premiumIndex, if there is one."""
    if not files:
        return builtin()
    texts = [_read(Path(name)) for name in files]
    try:
        return from_exchange_info(*texts, source=", ".join(Path(name).name for name in files))
    except CatalogueError as error:
        raise Unusable(f"--catalogue: {error}") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"--catalogue: {path} cannot be read: {error.strerror}.") from error
