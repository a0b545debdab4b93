"""Every test runs on real servers of its own: the embedded ones, under a temporary folder.

The first process of a run makes the folder; workers of pytest-xdist find it in the environment,
and have servers and files of their own below it: none meets what another one's tests do.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling

CONFIGURATION = (
    *("DATABASE_URL", "SINGULARITY_DATABASE_URL", "CENTRALCLOUD_DATABASE_URL", "REDIS_URL"),
    *("NATS_URL", "NATS_HOST", "NATS_PORT", "NATS_REPLICAS", "INSTANCE_ID", "SECRET_KEY"),
    *("INSTANCE_NKEY_SEED", "DEBUG", "ALLOWED_HOSTS", "EMBEDDER", "MAX_FILE_BYTES", "LOG_FORMAT"),
    *("DEFINITIONS_DIR", "INSTANCE_MODE", "CENTRALCLOUD_NKEY_SEED", "CENTRALCLOUD_PUBLIC_KEY"),
    *("PUBLISH", "PUBLISH_EXCLUDE", "PATTERN_MIN_INSTANCES", "RETENTION_DAYS", "EMBEDDED_DATABASE"),
    *("BASE_MODEL", "SHARE_MODELS", "SHARE_VOCABULARY", "JOIN_ROUNDS", "ROUND_QUORUM"),
    *("VOCABULARY_MIN_INSTANCES", "ROUND_HOURS", "SYNC_PACKAGES", "PACKAGE_DEPTH"),
    *("ADVISORY_SOURCES", "REGISTRY_CONTACT", "API_RATE"),
)
RUN_STATE = "SINGULARITY_TEST_STATE"
OWNS_STATE = RUN_STATE not in os.environ

if settings.configured and OWNS_STATE:
    pytest.exit(
        "Settings were loaded before the tests made their own state folder: "
        "unset DJANGO_SETTINGS_MODULE and leave out --ds."
    )
for name in CONFIGURATION:
    os.environ.pop(name, None)
    os.environ.pop(f"{name}_FILE", None)
os.environ.setdefault(RUN_STATE, tempfile.mkdtemp(prefix="singularity-test-"))
STATE = Path(os.environ[RUN_STATE]) / os.environ.get("PYTEST_XDIST_WORKER", "")
os.environ["SINGULARITY_STATE"] = str(STATE)
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.common.settings"


FIRST = ("tests/federation/", "tests/functional/", "tests/unit/training/", "tests/unit/guidance/")
"""Folders whose tests take longest: they come first, so that no worker waits for one in the end."""


class Scheduling(LoadFileScheduling):
    """Files to workers one by one; the federation's as one, as starting its sites takes longest."""

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return FIRST[0] if scope.startswith(FIRST[0]) else scope


def pytest_xdist_setupnodes() -> None:
    """Let workers come here before pytest-django loads settings, which name the state folder."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """How pytest-xdist shares out the tests; in the order of their collection."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take longest first."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    names = (number for number, name in enumerate(FIRST) if item.nodeid.startswith(name))
    return next(names, len(FIRST))


def pytest_configure(config: pytest.Config) -> None:
    """Load Django now that the environment is the tests' own."""
    import django

    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers, and remove the folder when the whole run is over."""
    from apps.shared.core.embedded.servers import servers_of

    servers_of(STATE).release()
    if OWNS_STATE:
        shutil.rmtree(os.environ[RUN_STATE])


@pytest.fixture
def valkey() -> str:
    """The URL of a running, emptied Valkey."""
    import redis

    from apps.shared.core.embedded.servers import servers_of

    servers_of(settings.STATE_DIR).ensure_valkey()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushall()
    return settings.REDIS_URL


@pytest.fixture(scope="session")
def nats_url() -> str:
    """The URL of a running nats-server with JetStream."""
    from apps.shared.core.embedded.servers import servers_of

    return servers_of(settings.STATE_DIR).ensure_nats()
