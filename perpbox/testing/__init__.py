"""A venue inside a test or a program: in memory, on a thread of its own, back to its start at will.

With pytest the fixture `perpbox` is one of these; without it, `venue` is a context manager.
"""

from __future__ import annotations

from perpbox.testing.account import Account
from perpbox.testing.box import Box, NotReady, VenueRefused, venue

__all__ = ["Account", "Box", "NotReady", "VenueRefused", "venue"]
