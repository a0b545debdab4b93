"""Which programs a site consists of, and how each is started."""

import os
import sys
from dataclasses import dataclass, field

from apps.shared.core.environment import CHECKOUT

WEB_THREADS = min(8, 2 * (os.cpu_count() or 1))  # the web server warns about more
WORKER_THREADS = 4
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class Site:
    """One of the two sites and the port that its web server would like to have."""

    name: str
    port: int

    @property
    def settings(self) -> str:
        """The settings module."""
        return f"{self.name}_site.settings"


@dataclass(frozen=True, slots=True)
class Program:
    """One long-running child: a name for its lines, a command and its environment."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


SITES = (Site("singularity", 8000), Site("centralcloud", 8001))


def site_environment(site: Site) -> dict[str, str]:
    """The caller's environment, for the programs of one site."""
    own = {"DJANGO_SETTINGS_MODULE": site.settings, "PYTHONUNBUFFERED": "1"}
    if sys.stderr.isatty():  # the programs write into pipes, but a person reads
        own["LOG_FORMAT"] = os.environ.get("LOG_FORMAT", "console")
    return os.environ | own


def site_programs(site: Site, port: int) -> list[Program]:
    """The web server, the worker and the scheduler of a site."""
    commands = {"web": _web(site, port), "worker": _worker(site), "beat": _beat(site)}
    environment = site_environment(site)
    return [
        Program(f"{site.name} {kind}", command, environment) for kind, command in commands.items()
    ]


def manage(*arguments: str) -> list[str]:
    """A management command in a process of its own."""
    return [sys.executable, str(CHECKOUT / "manage.py"), *arguments]


def _web(site: Site, port: int) -> list[str]:
    address = ["--host", "127.0.0.1", "--port", str(port)]
    threads = ["--workers", "1", "--blocking-threads", str(WEB_THREADS)]
    application = f"{site.name}_site.wsgi:application"
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "warning"]
    return [*granian, *address, *threads, application]


def _worker(site: Site) -> list[str]:
    """A pool of threads: a task may start processes and hold CUDA, forked workers may not."""
    celery = [sys.executable, "-W", ROOT_WARNING, "-m", "celery", "-A", f"{site.name}_site", "-q"]
    pool = ["--pool", "threads", "--concurrency", str(WORKER_THREADS)]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return [*celery, "worker", *pool, *quiet, "--hostname", f"{site.name}@%h"]


def _beat(site: Site) -> list[str]:
    celery = [sys.executable, "-m", "celery", "-A", f"{site.name}_site", "-q", "beat"]
    return [*celery, "--pidfile", "", "--loglevel", "INFO"]
