"""What a supervisor runs, written down, so that the next one can clean up after kill -9."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from apps.shared.core.supervisor.child import kill_session

CLOCK_SLACK = 5.0


class Record:
    """A file with the pid and the start time (Unix seconds) of each child."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, pids: Iterable[int]) -> None:
        """Replace the file as a whole."""
        entries = [entry for pid in pids for entry in _entry(pid)]
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(entries))
        draft.replace(self.path)

    def end_leftovers(self) -> int:
        """Kill the sessions of children that outlived their supervisor; returns how many."""
        leftovers = list(self._leftovers())
        for pid in leftovers:
            kill_session(pid)
        self.path.unlink(missing_ok=True)
        return len(leftovers)

    def _leftovers(self) -> Iterator[int]:
        """The recorded pids that still are the recorded processes, or left any behind."""
        if not self.path.exists():
            return
        for pid, started in json.loads(self.path.read_text()):
            now = _entry(pid)
            if now and abs(now[0][1] - started) < CLOCK_SLACK:
                yield pid


def _entry(pid: int) -> list[tuple[int, float]]:
    try:
        return [(pid, psutil.Process(pid).create_time())]
    except psutil.NoSuchProcess:
        return []
