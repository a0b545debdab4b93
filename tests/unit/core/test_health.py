"""The probes tell the truth about what this site needs."""

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.common.processes import ServerUser, manage

pytestmark = pytest.mark.django_db(transaction=True)


def by_name(client: Client) -> tuple[int, dict[str, bool]]:
    response = client.get("/readyz", headers={"host": "10.0.0.7"})
    return response.status_code, {c["name"]: c["ok"] for c in response.json()["checks"]}


def test_alive_needs_nothing(client: Client) -> None:
    response = client.get("/livez")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_ready_when_database_and_cache_answer(client: Client, valkey: str) -> None:
    assert by_name(client) == (200, {"database": True, "cache": True})


PROBE = """
import json
from apps.shared.core.health.middleware import ready
response = ready()
print(json.dumps([response.status_code, json.loads(response.content)]))
"""


@pytest.fixture(scope="module")
def own_state() -> Iterator[Path]:
    """A state folder whose servers run all the time, as they do beside a web server."""
    folder = Path(tempfile.mkdtemp(prefix="singularity-state-"))
    with ServerUser(folder, "postgresql", "valkey") as user:
        user.ready()
        yield folder
        user.leave()
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("variables", "failed"),
    [
        ({"DATABASE_URL": "postgres://u:secret@127.0.0.1:1/x"}, "database"),
        ({"REDIS_URL": "redis://127.0.0.1:1/0"}, "cache"),
        ({"NATS_URL": "nats://u:secret@127.0.0.1:1"}, "nats"),
    ],
)
def test_unready_when_one_is_gone_and_no_secret_is_told(
    own_state: Path, variables: dict[str, str], failed: str
) -> None:
    result = manage("shell", "--no-imports", "-c", PROBE, state=own_state, **variables)
    status, body = json.loads(result.stdout)
    assert status == 503
    assert {c["name"]: c["ok"] for c in body["checks"]}[failed] is False
    assert sum(not c["ok"] for c in body["checks"]) == 1
    assert "secret" not in result.stdout


def test_ready_with_a_configured_nats(own_state: Path, nats_url: str) -> None:
    result = manage("shell", "--no-imports", "-c", PROBE, state=own_state, NATS_URL=nats_url)
    assert '"nats", "ok": true' in result.stdout


def test_a_silent_server_fails_alone(own_state: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"nats://127.0.0.1:{silent.getsockname()[1]}"
        result = manage("shell", "--no-imports", "-c", PROBE, state=own_state, NATS_URL=url)
    _, body = json.loads(result.stdout)
    found = {check["name"]: (check["ok"], check["detail"]) for check in body["checks"]}
    assert found["nats"][0] is False
    assert found["database"] == found["cache"] == (True, "")
