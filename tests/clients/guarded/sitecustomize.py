"""Loaded by every Python of a flow before anything else: blocks it, and lets it find perpbox.

perpbox is not installed in a client's environment. What flows need of it, `perpbox.clients`, is
made of the standard library alone; its place comes last, so that nothing of the client's is hidden.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[3]))

from perpbox.clients import guard

guard.install(os.environ.get("LEAKS_GO_TO", ""))
