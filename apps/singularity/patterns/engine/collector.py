"""The cyclic garbage collector, paused where much is made and nothing of it is cyclic."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without the collector's passes over all that was made so far; reference counts still free.

    Reading a file makes tens of thousands of objects: the passes would take a third of its time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
