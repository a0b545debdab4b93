"""Ctrl-C and SIGTERM that come in the middle of something."""

from __future__ import annotations


def interrupt_behind(error: BaseException) -> KeyboardInterrupt | SystemExit | None:
    """The interrupt that ``error`` is, or that was being handled when it arose.

    One that comes while a statement is sent leaves the connection busy, and what Django then says
    of the connection hides it.
    """
    behind: BaseException | None = error
    while behind is not None and not isinstance(behind, (KeyboardInterrupt, SystemExit)):
        behind = behind.__context__
    return behind
