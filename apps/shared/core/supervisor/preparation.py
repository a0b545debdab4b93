"""What happens before anything serves: servers, migrations, accounts, keys, the first learning."""

import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import psutil

from apps.shared.core.embedded.servers import EmbeddedServers
from apps.shared.core.environment import Environment
from apps.shared.core.supervisor.errors import StartError
from apps.shared.core.supervisor.loop import GRACE_SECONDS
from apps.shared.core.supervisor.programs import Site, Sites, manage, site_environment

AT_ONCE = 2


def check(environment: Environment, sites: Sites) -> None:
    """Refuse, before anything is started, what cannot end well."""
    names = {site.name for site in sites.all}
    shared = [name for name in names if environment.database_url(name)]
    if len({environment.database_url(name) for name in shared}) < len(shared):
        raise StartError(
            "DATABASE_URL names one database and two sites start here: set "
            "SINGULARITY_DATABASE_URL and CENTRALCLOUD_DATABASE_URL to two of them."
        )
    if len(sites.instances) > 1 and environment.database_url(sites.instances[0].name):
        raise StartError(
            f"INSTANCES={len(sites.instances)} gives each instance a database of its own in the "
            "embedded PostgreSQL: leave the database URL of instances out."
        )
    if len(sites.instances) > 1 and environment.instance_nkey_seed:
        raise StartError(
            "INSTANCE_NKEY_SEED is the key of one instance and several start here: leave it out."
        )


def start_servers(environment: Environment, servers: EmbeddedServers, sites: Sites) -> None:
    """Start whatever is not configured, once for all children."""
    for site in sites.all:
        if not environment.database_url(site.name):
            servers.ensure_database(site.database)
    if not environment.redis_url:
        servers.ensure_valkey()
    if environment.nats_mode == "embedded":
        servers.ensure_nats()


def migrate(sites: Sites) -> None:
    """Bring all databases up to date."""
    run_each(sites.all, ["migrate", "--verbosity", "0"])


def create_admin(sites: Sites) -> str:
    """Make the account ``admin`` on all sites; its password, or nothing where all had one."""
    password = secrets.token_urlsafe(12)
    said = run_each(sites.all, ["create_admin", "--password-stdin"], stdin=password)
    return password if any("created" in answer for answer in said) else ""


def enrol(environment: Environment, sites: Sites) -> None:
    """Make the instances members of this machine's Centralcloud, where they may talk to it."""
    if environment.nats_mode == "isolated" or environment.instance_nkey_seed:
        return
    for site in sites.instances:
        run_quietly(sites.centralcloud, "instance_enroll", site.instance, "--write-seed")


def ingest(site: Site, code: Path, *, vectors: str) -> int:
    """Read the code base on the caller's terminal; returns the command's exit status.

    ``vectors`` is ``now``, or ``later`` to leave them to the worker that starts next.
    """
    command = manage("ingest", str(code), "--vectors", vectors)
    return run_in_front(command, site_environment(site))


def learn(site: Site) -> tuple[int, str]:
    """Mine what was read; returns the command's exit status and what it says was learned.

    How far it is shows on the caller's terminal.
    """
    command, environment = manage("mine_patterns"), site_environment(site)
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


def run_each(sites: Iterable[Site], *steps: list[str], stdin: str = "") -> list[str]:
    """Go through the steps at each site, sites beside each other; what each last step said.

    Raises:
        StartError: a step failed.
    """

    def run(site: Site) -> str:
        return [run_quietly(site, *step, stdin=stdin) for step in steps][-1]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, sites))


def run_quietly(site: Site, *arguments: str, stdin: str = "") -> str:
    """Run a management command of a site; returns what it says, its errors become one line.

    Raises:
        StartError: it failed.
    """
    result = subprocess.run(
        manage(*arguments),
        env=site_environment(site),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        raise StartError(f"manage.py {arguments[0]} of {site.title} failed: {_why(result.stderr)}")
    return result.stdout


def _why(said: str) -> str:
    """The last line that names an error, else the last one."""
    lines = said.strip().splitlines() or ["no message"]
    return next((line for line in reversed(lines) if re.match(r"[\w.]*Error: ", line)), lines[-1])
