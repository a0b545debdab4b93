"""What happens before anything serves: servers, migrations, an account, the first learning."""

import secrets
import subprocess
import tempfile
from pathlib import Path
from typing import IO

import psutil

from apps.shared.core.embedded.servers import EmbeddedServers
from apps.shared.core.environment import Environment
from apps.shared.core.supervisor.errors import StartError
from apps.shared.core.supervisor.loop import GRACE_SECONDS
from apps.shared.core.supervisor.programs import SITES, Site, manage, site_environment


def check(environment: Environment, code: Path) -> None:
    """Refuse, before anything is started, what cannot end well."""
    if not code.is_dir():
        raise StartError(f"CODE={code} is not a folder: set it to the code base to read.")
    shared = [s.name for s in SITES if environment.database_url(s.name)]
    urls = {environment.database_url(name) for name in shared}
    if len(urls) < len(shared):
        raise StartError(
            "DATABASE_URL names one database and two sites start here: set "
            "SINGULARITY_DATABASE_URL and CENTRALCLOUD_DATABASE_URL to two of them."
        )


def start_servers(environment: Environment, servers: EmbeddedServers) -> None:
    """Start whatever is not configured, once for all children."""
    for site in SITES:
        if not environment.database_url(site.name):
            servers.ensure_database(site.name)
    if not environment.redis_url:
        servers.ensure_valkey()
    if environment.nats_mode == "embedded":
        servers.ensure_nats()


def migrate() -> None:
    """Bring both databases up to date."""
    for site in SITES:
        _run(site, "migrate", "--verbosity", "0")


def create_admin() -> str:
    """Make the account ``admin`` on both sites; its password, or nothing where both had one."""
    password = secrets.token_urlsafe(12)
    said = [_run(site, "create_admin", "--password-stdin", stdin=password) for site in SITES]
    return password if any("created" in answer for answer in said) else ""


def ingest(code: Path, *, vectors: str) -> int:
    """Read the code base on the caller's terminal; returns the command's exit status.

    ``vectors`` is ``now``, or ``later`` to leave them to the worker that starts next.
    """
    command = manage("ingest", str(code), "--vectors", vectors)
    return run_in_front(command, site_environment(SITES[0]))


def learn() -> tuple[int, str]:
    """Mine what was read; returns the command's exit status and what it says was learned.

    How far it is shows on the caller's terminal.
    """
    command, environment = manage("mine_patterns"), site_environment(SITES[0])
    with tempfile.TemporaryFile("w+") as said:
        status = run_in_front(command, environment, stdout=said)
        said.seek(0)
        return status, said.read()


def run_in_front(
    command: list[str], environment: dict[str, str], *, stdout: IO[str] | None = None
) -> int:
    """Run a child that Ctrl-C reaches too; whoever ends us, it gets time to end in order."""
    child = subprocess.Popen(command, env=environment, stdout=stdout)
    try:
        return child.wait()
    except BaseException:
        family = [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]
        child.terminate()
        _, alive = psutil.wait_procs(family, timeout=GRACE_SECONDS)
        for process in alive:
            process.kill()
        raise


def _run(site: Site, *arguments: str, stdin: str = "") -> str:
    """Run a management command of a site; its errors become one line."""
    result = subprocess.run(
        manage(*arguments),
        env=site_environment(site),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        last = (result.stderr.strip().splitlines() or ["no message"])[-1]
        raise StartError(f"manage.py {arguments[0]} of {site.name} failed: {last}")
    return result.stdout
