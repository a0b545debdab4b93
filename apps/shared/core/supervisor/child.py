"""One supervised process: its output line by line, its restarts, its end."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable

import psutil

from apps.shared.core.environment import CHECKOUT
from apps.shared.core.supervisor.programs import Program

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 60.0  # who lived this long starts over with the first pause


class Child:
    """Runs a program, starts it again with growing pauses when it ends by itself."""

    def __init__(self, program: Program, show: Callable[[str, str], None]) -> None:
        self.program = program
        self.show = show
        self.process: subprocess.Popen[str] | None = None
        self._pause = FIRST_PAUSE
        self._started = 0.0
        self._start_at = 0.0

    def start(self) -> None:
        """Start in an own session, so that Ctrl-C reaches only the supervisor."""
        self.process = subprocess.Popen(
            self.program.command,
            env=self.program.environment,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._started = time.monotonic()
        threading.Thread(target=self._pump, args=[self.process], daemon=True).start()

    def keep(self) -> bool:
        """Look after the process; True when it was just started again."""
        if self.process is None:
            if time.monotonic() < self._start_at:
                return False
            self.start()
            return True
        code = self.process.poll()
        if code is not None:
            self._plan_restart(code)
        return False

    def terminate(self) -> None:
        """Ask it to end."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def kill(self) -> None:
        """End it and everything that it started."""
        if self.process is not None:
            kill_session(self.process.pid)
            self.process.wait()

    def _plan_restart(self, code: int) -> None:
        lived = time.monotonic() - self._started
        self._pause = FIRST_PAUSE if lived > STEADY_SECONDS else self._pause
        self.show(self.program.name, f"ended with {code}; starts again in {self._pause:.0f} s")
        self.kill()
        self.process = None
        self._start_at = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _pump(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is not None:
            for line in process.stdout:
                self.show(self.program.name, line.rstrip("\n"))


def kill_session(leader: int) -> None:
    """Kill every process of the session, even where its leader is gone."""
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getsid(process.pid) == leader:
                process.send_signal(signal.SIGKILL)
