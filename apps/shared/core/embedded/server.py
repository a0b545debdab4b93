"""What the embedded servers have in common: find, start, wait, stop."""

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path

import psutil

from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.layout import Layout

CLOCK_SLACK = 5.0
START_SECONDS = 60.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.02
START_ATTEMPTS = 5
RETRY_SECONDS = 0.3
TROUBLE = ("PANIC", "FATAL", "[FTL]", "# ")  # how the three servers mark what ended them


class Server(ABC):
    """One server under one state folder. Its pid file is the one it writes itself."""

    name: str
    role: str
    executable: str
    start_seconds = START_SECONDS
    stop_signal = signal.SIGTERM

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    @property
    @abstractmethod
    def pid_file(self) -> Path:
        """The file whose first line is the pid of the running server."""

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder and the configuration; called before each start."""

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments; it must stay in the foreground."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether a request over the real protocol comes back."""

    def run_as(self) -> str | None:
        """The system user to run as, where the server refuses to run as this one."""
        return None

    def process(self) -> psutil.Process | None:
        """The running server, or None. A pid that was reused by another program is not it."""
        try:
            written = self.pid_file.stat().st_mtime
            process = psutil.Process(int(self.pid_file.read_text().split()[0]))
            ours = process.name() == self.executable
            alive = process.status() != psutil.STATUS_ZOMBIE
            older = process.create_time() <= written + CLOCK_SLACK
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None
        return process if ours and alive and older else None

    def running(self) -> bool:
        """Whether the process lives and answers."""
        return self.process() is not None and self.answers()

    def ensure(self) -> None:
        """Find the server running, or clean up after a dead one and start it.

        Raises EmbeddedServerError when it does not come up.
        """
        if self.process() is not None and self._wait(None):
            return
        begin = self._log_size()
        for attempt in range(START_ATTEMPTS):
            # What a killed server left behind needs a moment to go away.
            time.sleep(attempt * RETRY_SECONDS)
            self.stop()
            self.pid_file.unlink(missing_ok=True)
            self.prepare()
            if self._wait(self._spawn()):
                return
        self.stop()
        raise EmbeddedServerError(
            f"The embedded {self.name} does not start: {self._reason(begin)} "
            f"(see {self.layout.log(self.name)})"
        )

    def stop(self) -> None:
        """Stop the server in order, and by force when it takes too long."""
        process = self.process()
        if process is None:
            return
        for number in (self.stop_signal, signal.SIGKILL):
            try:
                process.send_signal(number)
                process.wait(STOP_SECONDS)
            except psutil.NoSuchProcess:
                return
            except psutil.TimeoutExpired:
                continue
            return

    def _spawn(self) -> subprocess.Popen[bytes]:
        """Start in an own session, so that Ctrl-C in a terminal stays with its users."""
        user = self.run_as()
        with self.layout.log(self.name).open("ab") as log:
            return subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.layout.data(self.name),
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                start_new_session=True,
            )

    def _wait(self, child: subprocess.Popen[bytes] | None) -> bool:
        """Wait until the server answers; False when it ended or never did."""
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            if child is not None and child.poll() is not None:
                return False
            if child is None and self.process() is None:
                return False
            if self.process() is not None and self.answers():
                return True
            time.sleep(POLL_SECONDS)
        return False

    def _log_size(self) -> int:
        log = self.layout.log(self.name)
        return log.stat().st_size if log.exists() else 0

    def _reason(self, begin: int) -> str:
        """The last line of the log since ``begin`` (bytes) that says what is wrong."""
        text = self.layout.log(self.name).read_bytes()[begin:].decode(errors="replace")
        lines = text.splitlines()
        marked = [line for line in lines if any(mark in line for mark in TROUBLE)]
        return next(reversed(marked or lines), "its log is empty").strip()
