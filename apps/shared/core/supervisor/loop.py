"""The loop that keeps all children running until it is told to stop."""

import time
from collections.abc import Callable, Sequence

from apps.shared.core.supervisor.child import Child
from apps.shared.core.supervisor.programs import Program
from apps.shared.core.supervisor.record import Record

LOOK_SECONDS = 0.2
GRACE_SECONDS = 10.0


class Supervisor:
    """Starts the programs, starts again what ends by itself, ends all of them together."""

    def __init__(
        self, programs: Sequence[Program], *, record: Record, show: Callable[[str, str], None]
    ) -> None:
        self.children = [Child(program, show) for program in programs]
        self.record = record

    def run(self, finished: Callable[[], bool]) -> None:
        """Keep everything running until ``finished``; whatever happens, no process stays."""
        try:
            for child in self.children:
                child.start()
            self._write_record()
            while not finished():
                started = [child.keep() for child in self.children]
                if any(started):
                    self._write_record()
                time.sleep(LOOK_SECONDS)
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask all to end, wait for them together, then end by force what is left."""
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(map(_lives, self.children)):
            time.sleep(LOOK_SECONDS / 4)
        for child in self.children:
            child.kill()
        self.record.path.unlink(missing_ok=True)

    def _write_record(self) -> None:
        self.record.write(c.process.pid for c in self.children if c.process is not None)


def _lives(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None
