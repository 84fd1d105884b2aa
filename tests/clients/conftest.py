"""Puts this folder where its modules are looked for by bare name, as they are in each flow."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
