"""`perpbox serve`: a venue in this process, from the first line to the last."""

from __future__ import annotations

import gc
import sys

from rich.console import Console

from perpbox.server.life import run
from perpbox.server.log import log_to
from perpbox.server.process import Process
from perpbox.server.reading import Bar
from perpbox.server.settings import Settings


def serve(settings: Settings) -> int:
    """Until it is told to stop; the exit code."""
    console = Console(stderr=True)
    bar = Bar(console) if console.is_terminal else None
    gc.disable()  # all that a start reads stays: looking for garbage in it takes two thirds of it
    try:
        return run(settings, log_to(sys.stderr), _say_ready, bar)
    finally:
        gc.enable()
        if bar is not None:
            bar.stop()


def _say_ready(process: Process) -> None:
    gc.collect()
    gc.freeze()  # what is there now stays; no collection need look at it again
    gc.enable()
    sys.stdout.write(f"perpbox ready {process.base_url}\n")
    sys.stdout.flush()
