"""How long, and how repeatably, invented inputs are tried: the profiles of hypothesis."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A slow machine is not a wrong answer, so no profile has a deadline.
settings.register_profile("dev", deadline=None, print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("dev"), derandomize=True, database=None)
settings.register_profile("short", parent=settings.get_profile("ci"), max_examples=1_000)
settings.register_profile(
    "long",
    parent=settings.get_profile("dev"),
    max_examples=100_000,
    stateful_step_count=200,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if "CI" in os.environ else "dev")
