"""Waits for everything to answer, tells the user where it is, and says when to stop."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence

from apps.shared.core.supervisor.programs import Site
from apps.shared.core.supervisor.readiness import Readiness

READY_SECONDS = 300.0
ASK_SECONDS = 1.0


class Watch:
    """Answers the supervisor's loop whether to end everything now.

    ``learned`` are texts shown when everything answers.
    """

    def __init__(
        self,
        ports: Mapping[Site, int],
        stop: threading.Event,
        write: Callable[[str], object],
        *,
        learned: Sequence[str],
        once: bool,
    ) -> None:
        self.ports, self.stop, self.write, self.once = ports, stop, write, once
        self.learned = learned
        self.readiness = Readiness(ports)
        self.ready = False
        self._deadline = time.monotonic() + READY_SECONDS
        self._ask_at = 0.0

    def finished(self) -> bool:
        """Whether the supervisor shall end everything."""
        if self.stop.is_set():
            return True
        if not self.ready and time.monotonic() >= self._ask_at:
            self.ready = self.readiness.everything_answers()
            self._ask_at = time.monotonic() + ASK_SECONDS
            if self.ready:
                self._tell()
        return self.once and (self.ready or time.monotonic() > self._deadline)

    def missing(self) -> str:
        """What never answered."""
        names = ", ".join(sorted(self.readiness.waiting))
        return f"No answer within {READY_SECONDS:.0f} s from: {names}."

    def _tell(self) -> None:
        for text in self.learned:
            self.write(text)
        for site, port in self.ports.items():
            title = site.title.capitalize() if site.title == site.name else site.title
            self.write(f"{title} is ready: http://127.0.0.1:{port}/")
        if not self.once:
            self.write("Ctrl-C ends everything.")
