"""Commands of ingestion."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from apps.shared.core.jobs import JobInterrupted


@contextmanager
def stopping() -> Iterator[None]:
    """Make SIGTERM end the work as Ctrl-C does: the job row says so, and what is stored stays."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise JobInterrupted

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    except (JobInterrupted, KeyboardInterrupt):
        raise SystemExit(130) from None
    finally:
        signal.signal(signal.SIGTERM, before)
