"""Each site migrates and serves with its own settings, database and queue."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.shared.core.embedded.servers import EmbeddedServers
from tests.common.processes import CHECKOUT, environment, eventually, manage

SITES = ("singularity", "centralcloud")
PAGES = """
import json
from django.contrib.auth.models import User
from django.test import Client
client, found = Client(headers={"host": "localhost"}), {}
for page in ("/livez", "/readyz", "/metrics", "/admin/login/", "/admin/", "/api/v1/schema"):
    found[page] = client.get(page).status_code
user = User.objects.create_superuser("visitor")
client.force_login(user)
for page in ("/admin/", "/admin/auth/user/", "/admin/django_celery_beat/periodictask/",
             "/admin/core/job/", "/api/v1/schema", "/api/v1/docs"):
    found["as admin " + page] = client.get(page).status_code
user.delete()
print(json.dumps(found))
"""
PING = """
import json
from django.conf import settings
from apps.shared.core.celery import queue_client
print(json.dumps([len(queue_client(site, settings.ENVIRONMENT).control.ping(timeout=2)) for site in
                  ("singularity", "centralcloud")]))
"""


def run(script: str, state: Path, site: str) -> object:
    result = manage("shell", "--no-imports", "-c", script, state=state, site=site)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def centralcloud_worker(state: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "celery", "-A", "centralcloud_site", "worker"]
    worker = subprocess.Popen(
        [*command, "--pool", "threads", "--loglevel", "WARNING"],
        cwd=CHECKOUT,
        env=environment(state, "centralcloud"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield worker
    worker.terminate()
    worker.wait(60)


@pytest.mark.parametrize("site", SITES)
def test_a_site_migrates_and_serves(state: Path, site: str) -> None:
    assert manage("migrate", "--verbosity", "0", state=state, site=site).returncode == 0
    assert run(PAGES, state, site) == {
        "/livez": 200,
        "/readyz": 200,
        "/metrics": 200,
        "/admin/login/": 200,
        "/admin/": 302,
        "/api/v1/schema": 401,
        "as admin /admin/": 200,
        "as admin /admin/auth/user/": 200,
        "as admin /admin/django_celery_beat/periodictask/": 200,
        "as admin /admin/core/job/": 200,
        "as admin /api/v1/schema": 200,
        "as admin /api/v1/docs": 200,
    }


def test_each_site_has_a_database_of_its_own(state: Path) -> None:
    servers = EmbeddedServers(state)
    servers.ensure_database("singularity")
    with servers.postgresql.connect("postgres") as connection:
        rows = connection.execute("SELECT datname FROM pg_database").fetchall()
    servers.release()
    assert {("singularity",), ("centralcloud",)} <= set(rows)


def test_a_worker_hears_its_own_site_only(
    state: Path, centralcloud_worker: subprocess.Popen[bytes]
) -> None:
    assert eventually(lambda: run(PING, state, "singularity") == [0, 1])
