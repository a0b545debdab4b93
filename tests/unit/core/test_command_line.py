"""Known trouble is one line, whichever command meets it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from apps.shared.core.embedded.servers import EmbeddedServers
from tests.common.processes import CHECKOUT, environment, manage


def test_a_missing_migration_is_one_line(state: Path) -> None:
    result = manage("create_admin", state=state)
    assert result.returncode == 1
    assert "run `manage.py migrate`" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_database_that_is_gone_is_one_line(state: Path) -> None:
    result = manage("create_admin", state=state, DATABASE_URL="postgres://u:p@127.0.0.1:1/x")
    assert result.returncode == 1
    assert "database does not answer" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_command_starts_the_server_that_it_needs_and_stops_it(state: Path) -> None:
    assert manage("migrate", "-v0", state=state, site="centralcloud").returncode == 0
    made = manage("create_admin", state=state, site="centralcloud")
    again = manage("create_admin", state=state, site="centralcloud")
    assert made.stdout.startswith("created admin, password ")
    assert "superuser already" in again.stdout
    assert [server.process() for server in EmbeddedServers(state).all] == [None, None, None]


def test_a_command_that_needs_no_server_starts_none(state: Path) -> None:
    assert manage("check", state=state).returncode == 0
    assert not (state / "logs").exists()


def test_a_command_of_ours_loads_no_page(state: Path) -> None:
    result = manage("asyncapi", state=state, PYTHONVERBOSE="1")
    assert result.returncode == 0, result.stderr[-500:]
    assert "import 'apps.shared.core.management.commands.asyncapi'" in result.stderr
    assert "import 'apps.shared.core.urls'" not in result.stderr
    assert "import 'apps.shared.core.admin'" not in result.stderr


def test_what_stands_after_two_dashes_stays_as_it_is(state: Path) -> None:
    result = manage("asyncapi", "--", "word", state=state)
    assert result.stderr.splitlines()[-1].endswith("error: unrecognized arguments: -- word")


INTERRUPTED = """
import os, signal
from django.db import connection, transaction
from apps.shared.core import command_line

def interrupted():
    connection.connection.pgconn.send_query(b"COMMIT")
    os.kill(os.getpid(), signal.{name})

def command(_arguments):
    with transaction.atomic():
        connection.cursor().execute("SELECT 1")
        connection.connection.commit = interrupted

command_line.execute_from_command_line = command
command_line.execute(["manage.py", "doctor"])
"""


ENDED = """
import os, signal
from apps.shared.core import command_line
from apps.shared.core.embedded.servers import EmbeddedServers

release = EmbeddedServers.release

def interrupted(servers):
    os.kill(os.getpid(), signal.{name})
    release(servers)

EmbeddedServers.release = interrupted
command_line.execute(["manage.py", "migrate", "--verbosity", "0"])
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_an_interrupt_while_a_statement_is_sent_is_no_traceback(state: Path, name: str) -> None:
    ended = script(INTERRUPTED.format(name=name), state)
    assert (ended.returncode, ended.stderr) == (128 + getattr(signal, name), "")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupt_after_the_end_leaves_no_server_behind(state: Path, name: str) -> None:
    ended = script(ENDED.format(name=name), state)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not [server.name for server in EmbeddedServers(state).all if server.running()]


def script(text: str, state: Path) -> subprocess.CompletedProcess[str]:
    """Run a few lines of Python as `manage.py` is run."""
    return subprocess.run(
        [sys.executable, "-c", text],
        env=environment(state),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
