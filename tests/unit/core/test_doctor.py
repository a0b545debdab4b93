"""The doctor starts nothing, and says how to mend what is broken."""

import json
from pathlib import Path

import pytest

from apps.shared.core.embedded.servers import EmbeddedServers
from tests.common.processes import ServerUser, manage

BROKEN = {
    "database": {"DATABASE_URL": "postgres://u:hunter2@127.0.0.1:1/x"},
    "cache": {"REDIS_URL": "redis://:hunter2@127.0.0.1:1/0"},
    "nats": {"NATS_URL": "nats://u:hunter2@127.0.0.1:1"},
}


def examine(state: Path, **variables: str) -> tuple[int, dict[str, dict[str, str]], str]:
    result = manage("doctor", "--json", state=state, **variables)
    return result.returncode, {f["name"]: f for f in json.loads(result.stdout)}, result.stdout


def test_on_a_fresh_tree_everything_is_idle_and_nothing_is_started(state: Path) -> None:
    code, findings, _ = examine(state)
    assert code == 0
    assert {findings[name]["status"] for name in ("database", "cache", "nats")} == {"idle"}
    assert [s.process() for s in EmbeddedServers(state).all] == [None, None, None]


def test_running_servers_are_shown_with_their_versions(state: Path) -> None:
    with ServerUser(state, "postgresql", "valkey", "nats") as user:
        user.ready()
        code, findings, _ = examine(state)
    assert findings["cache"]["version"].startswith("Valkey 9.")
    assert findings["nats"]["version"].startswith("nats-server 2.")
    assert findings["database"]["version"].startswith("PostgreSQL 18.")
    assert "migrations are not applied" in findings["database"]["detail"]
    assert "manage.py migrate" in findings["database"]["mend"]
    assert code == 1


@pytest.mark.parametrize("name", BROKEN)
def test_what_does_not_answer_is_broken_and_can_be_mended(state: Path, name: str) -> None:
    code, findings, output = examine(state, **BROKEN[name])
    assert code == 1
    assert findings[name]["status"] == "broken"
    assert findings[name]["mend"]
    assert "hunter2" not in output


def test_an_isolated_instance_needs_no_nats(state: Path) -> None:
    _, findings, _ = examine(state, NATS_HOST="")
    assert (findings["nats"]["status"], findings["nats"]["source"]) == ("ok", "isolated")


def test_a_readable_secret_key_is_broken(state: Path) -> None:
    manage("check", state=state)
    (state / "secret_key").chmod(0o644)
    code, findings, _ = examine(state)
    assert (code, findings["secret key"]["status"]) == (1, "broken")


def test_people_get_a_table_with_what_to_do(state: Path) -> None:
    result = manage("doctor", state=state, **BROKEN["cache"])
    assert result.returncode == 1
    assert "cache: Check REDIS_URL, and that the server runs." in result.stdout
