"""Which programs a site consists of, and how each is started."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module

from django.conf import settings

from apps.shared.core.connections import queue_name
from apps.shared.core.environment import CHECKOUT, Environment

WEB_THREADS = min(8, 2 * (os.cpu_count() or 1))  # the web server warns about more
WORKER_THREADS = 4
ROOT_WARNING = "ignore:You're running the worker with superuser privileges"
INSTANCE_PORT, CENTRALCLOUD_PORT = 8000, 8001
LONGEST_ID = 63


@dataclass(frozen=True, slots=True)
class Site:
    """Centralcloud or an instance, and the port that its web server would like to have.

    ``name`` says which settings; ``database`` is that in the embedded PostgreSQL.
    """

    name: str
    title: str
    instance: str
    database: str
    port: int

    @property
    def settings(self) -> str:
        """The settings module."""
        return f"{self.name}_site.settings"

    @property
    def queues(self) -> list[str]:
        """Queues beside the site's own, by its wiring."""
        queues: dict[str, str] = import_module(f"{self.name}_site.wiring").QUEUES
        return sorted(set(queues.values()))


@dataclass(frozen=True, slots=True)
class Sites:
    """What one start runs: instances and the Centralcloud that they belong to."""

    instances: tuple[Site, ...]
    centralcloud: Site

    @property
    def all(self) -> tuple[Site, ...]:
        """Every site, Centralcloud last."""
        return (*self.instances, self.centralcloud)


@dataclass(frozen=True, slots=True)
class Program:
    """One long-running child: a name for its lines, a command and its environment."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)


def sites_of(environment: Environment, *, instances: int) -> Sites:
    """The configured instance, others beside it with numbers behind its name, and Centralcloud."""
    name = "singularity"
    database, own_id = environment.database_name(name), environment.instance_id
    first = Site(name, name if instances == 1 else own_id, own_id, database, INSTANCE_PORT)
    others = (
        Site(name, _numbered(own_id, n), _numbered(own_id, n), f"{database}_{n}", INSTANCE_PORT + n)
        for n in range(2, instances + 1)
    )
    title = "centralcloud"
    return Sites((first, *others), Site(title, title, own_id, title, CENTRALCLOUD_PORT))


def site_environment(site: Site) -> dict[str, str]:
    """The caller's environment, for the programs of one site."""
    own = {
        "DJANGO_SETTINGS_MODULE": site.settings,
        "INSTANCE_ID": site.instance,
        "EMBEDDED_DATABASE": site.database,
        "PYTHONUNBUFFERED": "1",
    }
    if sys.stderr.isatty():  # the programs write into pipes, but a person reads
        own["LOG_FORMAT"] = os.environ.get("LOG_FORMAT", "console")
    return os.environ | own


def for_site(environment: Environment, site: Site) -> Environment:
    """What the programs of a site read from their environment."""
    return replace(environment, instance_id=site.instance, embedded_database=site.database)


def sites_programs(sites: Sequence[Site], ports: Sequence[int], *, nats: bool) -> list[Program]:
    """Web server, workers and scheduler of each site, and its bridge where there is a NATS."""
    return [
        Program(f"{site.title} {kind}", command, site_environment(site))
        for site, port in zip(sites, ports, strict=True)
        for kind, command in _commands(site, port).items()
        if nats or kind != "bridge"
    ]


def manage(*arguments: str) -> list[str]:
    """A management command in a process of its own."""
    return [sys.executable, str(CHECKOUT / "manage.py"), *arguments]


def web_command(site: str, port: int) -> list[str]:
    """The web server of a site, on this machine's own address."""
    address = ["--host", "127.0.0.1", "--port", str(port)]
    threads = ["--workers", "1", "--blocking-threads", str(WEB_THREADS)]
    application = f"{site}_site.wsgi:application"
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--log-level", "warning"]
    return [*granian, *address, *threads, application]


def _numbered(instance: str, number: int) -> str:
    end = f"-{number}"
    return instance[: LONGEST_ID - len(end)].rstrip("-") + end


def _commands(site: Site, port: int) -> dict[str, list[str]]:
    return {
        "web": web_command(site.name, port),
        "worker": _worker(site, f"{site.title}@%h", WORKER_THREADS),
        **{name: _queue_worker(site, name) for name in site.queues},
        "beat": _beat(site),
        "bridge": manage("nats_bridge"),
    }


def _queue_worker(site: Site, name: str) -> list[str]:
    """A worker of tasks that have a queue of their own: one after the other."""
    environment = for_site(settings.ENVIRONMENT, site)
    queue = ["--queues", queue_name(environment, site.name, name)]
    return [*_worker(site, f"{site.title}-{name}@%h", 1), *queue]


def _worker(site: Site, hostname: str, threads: int) -> list[str]:
    """A pool of threads: a task may start processes and hold CUDA, forked workers may not."""
    celery = [sys.executable, "-W", ROOT_WARNING, "-m", "celery", "-A", f"{site.name}_site", "-q"]
    pool = ["--pool", "threads", "--concurrency", str(threads)]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    return [*celery, "worker", *pool, *quiet, "--hostname", hostname]


def _beat(site: Site) -> list[str]:
    celery = [sys.executable, "-m", "celery", "-A", f"{site.name}_site", "-q", "beat"]
    return [*celery, "--pidfile", "", "--loglevel", "INFO"]
