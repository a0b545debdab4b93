"""Run a management command so that a user sees one line, not a traceback, for a known trouble."""

import signal
import sys
from types import FrameType

import django
from django.core.management import execute_from_command_line, get_commands
from django.db.utils import Error, OperationalError, ProgrammingError

from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.interrupts import interrupt_behind

INTERRUPTED = 128 + signal.SIGINT
OUT_OF_RESOURCES = "53"  # PostgreSQL's class of disk, memory or connections being used up
UNDEFINED = {"42P01", "42703"}  # PostgreSQL's undefined_table and undefined_column


def execute(arguments: list[str]) -> None:
    """Run the command; exits 1 with one line when a server or a migration is missing."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        _execute(arguments)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except EmbeddedServerError as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(_trouble(error))
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", "") not in UNDEFINED or not missing_migrations():
            raise
        sys.exit(f"The database is older than the code: run `manage.py migrate` ({_line(error)}).")
    finally:  # the embedded servers are given back in peace
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


def _execute(arguments: list[str]) -> None:
    """Run the command; an interrupt stays one, whatever the database says of it."""
    try:
        execute_from_command_line([*arguments[:2], *_without_checks(arguments), *arguments[2:]])
    except Error as error:
        if (interrupt := interrupt_behind(error)) is None:
            raise
        raise interrupt from None


def _without_checks(arguments: list[str]) -> list[str]:
    """Options that spare commands of this code Django's checks, which load every page.

    ``check``, ``migrate`` and the tests run them.
    """
    django.setup()
    app = get_commands().get(arguments[1] if len(arguments) > 1 else "", "")
    return ["--skip-checks"] if str(app).startswith("apps.") else []


def _trouble(error: OperationalError) -> str:
    """What ails the database, and what to do about it."""
    if (getattr(error.__cause__, "sqlstate", None) or "").startswith(OUT_OF_RESOURCES):
        return f"The database is out of room: {_line(error)}. Make room, then run this again."
    return f"The database does not answer: {_line(error)} `manage.py doctor` says more."


def missing_migrations() -> int:
    """How many migrations the database does not have yet."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _end(number: int, frame: FrameType | None) -> None:
    """Leave by the ordinary way out, so that embedded servers are given back."""
    sys.exit(128 + number)


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
