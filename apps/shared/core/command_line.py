"""Run a management command so that a user sees one line, not a traceback, for a known trouble."""

import signal
import sys
from types import FrameType

from django.core.management import execute_from_command_line

from apps.shared.core.embedded.errors import EmbeddedServerError

TERMINATED = 128 + signal.SIGTERM


def execute(arguments: list[str]) -> None:
    """Run the command; exits 1 with one line when a server is missing or cannot be reached."""
    signal.signal(signal.SIGTERM, _terminate)
    try:
        execute_from_command_line(arguments)
    except EmbeddedServerError as error:
        sys.exit(str(error))


def _terminate(number: int, frame: FrameType | None) -> None:
    """Leave by the ordinary way out, so that embedded servers are given back."""
    sys.exit(TERMINATED)
