"""Enrol, rotate, revoke, withdraw, list: as an operator does it."""

from __future__ import annotations

import dataclasses
import json
import os
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.centralcloud.fleet.models import Instance, InstanceKey
from apps.centralcloud.fleet.selectors.instances import audiences, key_in_use
from apps.centralcloud.fleet.services import EnrolmentError, instance_enroll, nats_users_write
from apps.shared.contracts.nkeys import NKey
from apps.shared.core.embedded.nats import program
from apps.shared.core.embedded.servers import servers_of
from tests.common.factories.fleet import InstanceFactory, key_new
from tests.common.processes import manage

pytestmark = pytest.mark.django_db


def run(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def enrolled(name: str) -> NKey:
    return NKey.from_seed(json.loads(run("instance_enroll", name, "--json"))["INSTANCE_NKEY_SEED"])


def users(settings: LazySettings) -> str:
    return servers_of(settings.STATE_DIR).nats.users_file.read_text()


def test_enrolling_prints_what_the_instance_needs_and_keeps_the_public_key_alone(
    settings: LazySettings,
) -> None:
    out = run("instance_enroll", "acme", "--note", "the build farm")
    given = dict(line.split("=", 1) for line in out.splitlines()[:3])
    key = NKey.from_seed(given["INSTANCE_NKEY_SEED"])
    assert given["INSTANCE_ID"] == "acme"
    assert given["CENTRALCLOUD_PUBLIC_KEY"] == settings.IDENTITY.key_made_here().public
    assert key_in_use(name="acme") == key.public
    assert Instance.objects.get().note == "the build farm"
    assert key.public in users(settings)
    kept = list(Instance.objects.values_list()) + list(InstanceKey.objects.values_list())
    assert given["INSTANCE_NKEY_SEED"] not in str(kept) + users(settings)


@pytest.mark.parametrize(
    "name", ["", "A", "-a", "a-", "a b", "a.b", "a>", "*", "é", "a" * 64, "a\n", "a\0b", "../etc"]
)
def test_garbage_is_no_name(name: str) -> None:
    for options in ((), ("--write-seed",)):
        with pytest.raises(CommandError, match="is no instance ID"):
            run("instance_enroll", *options, "--", name)
    assert not Instance.objects.exists()


def test_nobody_is_enrolled_under_the_name_of_centralcloud() -> None:
    with pytest.raises(CommandError, match="name of Centralcloud itself"):
        run("instance_enroll", "centralcloud", "--write-seed")


def test_an_enrolled_one_is_not_enrolled_again_and_the_line_says_what_to_do() -> None:
    key = enrolled("acme")
    with pytest.raises(CommandError, match="instance_rotate acme"):
        run("instance_enroll", "acme")
    assert key_in_use(name="acme") == key.public


def test_a_seed_that_is_kept_is_kept_once(settings: LazySettings) -> None:
    file = settings.KEYS_DIR / "acme.seed"
    out = run("instance_enroll", "acme", "--write-seed")
    seed = file.read_text()
    assert str(file) in out
    assert seed not in out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key_in_use(name="acme") == NKey.from_seed(seed).public
    assert "already" in run("instance_enroll", "acme", "--write-seed")
    assert file.read_text() == seed
    assert InstanceKey.objects.count() == 1


def test_a_seed_that_lies_there_is_enrolled_and_one_that_was_used_up_is_replaced(
    settings: LazySettings,
) -> None:
    file = settings.KEYS_DIR / "acme.seed"
    run("instance_enroll", "acme", "--write-seed")
    seed = file.read_text()
    InstanceKey.objects.all().delete()
    Instance.objects.all().delete()
    run("instance_enroll", "acme", "--write-seed")
    assert file.read_text() == seed
    run("instance_withdraw", "acme", "--yes")
    run("instance_enroll", "acme", "--write-seed")
    assert file.read_text() != seed
    assert key_in_use(name="acme") == NKey.from_seed(file.read_text()).public


def test_a_kept_seed_never_takes_the_place_of_another_key(settings: LazySettings) -> None:
    enrolled("acme")
    with pytest.raises(CommandError, match="enrolled already"):
        run("instance_enroll", "acme", "--write-seed")
    assert not (settings.KEYS_DIR / "acme.seed").exists()
    run("instance_rotate", "acme", "--write-seed")
    seed = (settings.KEYS_DIR / "acme.seed").read_text()
    assert key_in_use(name="acme") == NKey.from_seed(seed).public


def test_rotating_lets_the_new_key_in_and_the_old_one_out(settings: LazySettings) -> None:
    old = enrolled("acme")
    given = json.loads(run("instance_rotate", "acme", "--json"))
    new = NKey.from_seed(given["INSTANCE_NKEY_SEED"])
    assert new.public in users(settings)
    assert old.public not in users(settings)


def test_revoking_shuts_out_and_keeps_the_row(settings: LazySettings) -> None:
    key = enrolled("acme")
    run("instance_revoke", "acme")
    assert key.public not in users(settings)
    assert audiences() == []
    assert Instance.objects.get().state == "revoked"
    with pytest.raises(CommandError, match="is revoked already"):
        run("instance_revoke", "acme")
    with pytest.raises(CommandError, match="instance_enroll acme"):
        run("instance_rotate", "acme")


@pytest.mark.parametrize("command", ["instance_revoke", "instance_rotate", "instance_withdraw"])
@pytest.mark.parametrize("name", ["nobody", "a\0b", "A" * 500])
def test_of_an_unknown_one_the_line_says_how_to_find_them(command: str, name: str) -> None:
    arguments = ("--yes",) if command == "instance_withdraw" else ()
    with pytest.raises(CommandError, match=r"`manage\.py instances` lists them"):
        run(command, name, *arguments)


def test_withdrawing_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    enrolled("acme")
    for answer, state in (("no", "enrolled"), ("acme", "withdrawn")):
        monkeypatch.setattr("builtins.input", lambda _question, said=answer: said)
        if state == "enrolled":
            with pytest.raises(CommandError, match="Nothing was changed"):
                run("instance_withdraw", "acme")
        else:
            run("instance_withdraw", "acme")
        assert Instance.objects.get().state == state


def test_where_nats_is_not_embedded_the_operator_is_told_what_to_do(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, nats_mode="external")
    told = StringIO()
    call_command("instance_enroll", "acme", stdout=StringIO(), stderr=told)
    assert "nats_config --output" in told.getvalue()
    assert "`nats-server --signal reload` twice" in told.getvalue()
    assert not servers_of(settings.STATE_DIR).nats.users_file.exists()


def test_the_list_says_how_each_one_is() -> None:
    assert "instance_enroll ID" in run("instances")
    now = timezone.now()
    InstanceFactory(name="here", heard_at=now, told_at=now, started_at=now, mode="read-only")
    InstanceFactory(name="new", note="soon")
    listed = {one["instance"]: one for one in json.loads(run("instances", "--json"))}
    assert {name: one["condition"] for name, one in listed.items()} == {
        "here": "online", "new": "enrolled",
    }  # fmt: skip
    assert "read-only" in run("instances")
    assert "never" in run("instances")


def test_what_an_instance_calls_its_version_is_text_and_nothing_else() -> None:
    now = timezone.now()
    InstanceFactory(
        name="odd", note="[team]", heard_at=now, told_at=now, started_at=now,
        version="1[/]\x1b[2J[bold]",
    )  # fmt: skip
    listed = run("instances")
    assert "1[/][2J[bold]" in listed
    assert "[team]" in listed
    assert "\x1b" not in listed


def test_the_configuration_is_written_in_one_piece_and_read_by_nats_server(
    settings: LazySettings, tmp_path: Path
) -> None:
    keys = [enrolled(name).public for name in ("a", "b")]
    run("nats_config", "--output", str(tmp_path / "users.conf"))
    assert all(key in (tmp_path / "users.conf").read_text() for key in keys)
    assert run("nats_config").strip() == (tmp_path / "users.conf").read_text().strip()
    settings.NATS_REPLICAS = 3
    run("nats_config", "--server", "--output", str(tmp_path / "nats.conf"))
    assert "nats-route://" in (tmp_path / "nats.conf").read_text()
    assert_read_by_nats_server(tmp_path / "nats.conf")
    with pytest.raises(CommandError, match="exists"):
        run("nats_config", "--server", "--output", str(tmp_path / "nats.conf"))
    with pytest.raises(CommandError, match="cannot be written"):
        run("nats_config", "--output", str(tmp_path / "no" / "folder"))


def assert_read_by_nats_server(path: Path) -> None:
    checked = subprocess.run(
        [str(program()), "-t", "-c", str(path)],
        capture_output=True, text=True, check=False, env=os.environ | {"NATS_SERVER_NAME": "n"},
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr


@pytest.mark.django_db(transaction=True)
def test_of_many_that_enrol_one_name_at_once_one_does() -> None:
    start, outcomes = Barrier(6), []

    def enrol() -> None:
        start.wait()
        try:
            instance_enroll(name="acme", public=key_new().public)
            outcomes.append("enrolled")
        except EnrolmentError:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=enrol) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["enrolled"] + ["refused"] * 5
    assert InstanceKey.objects.count() == 1


def test_a_key_is_one_instances_alone() -> None:
    key = key_new()
    instance_enroll(name="acme", public=key.public)
    with pytest.raises(EnrolmentError, match="used before"):
        instance_enroll(name="beta", public=key.public)
    assert audiences() == ["acme"]


@pytest.mark.parametrize("public", ["", "U", "SU" + "A" * 56, "x" * 56, "U" + "A" * 55])
def test_a_wrong_key_is_refused(public: str) -> None:
    with pytest.raises(EnrolmentError, match="the key is wrong"):
        instance_enroll(name="acme", public=public)


def test_the_commands_work_from_nothing(tmp_path: Path) -> None:
    def cloud(*arguments: str) -> subprocess.CompletedProcess[str]:
        return manage(*arguments, state=tmp_path, site="centralcloud")

    assert cloud("migrate", "--verbosity", "0").returncode == 0
    done = cloud("instance_enroll", "acme", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["INSTANCE_ID"] == "acme"
    again = cloud("instance_enroll", "acme")
    assert (again.returncode, "Traceback" in again.stderr) == (1, False)


@pytest.mark.django_db(transaction=True)
def test_of_several_that_enrol_at_once_nobody_is_missing_from_the_users(
    settings: LazySettings,
) -> None:
    keys = {f"i{number}": key_new().public for number in range(6)}

    def enrol(name: str) -> None:
        instance_enroll(name=name, public=keys[name])
        nats_users_write()
        connection.close()

    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(enrol, keys))
    assert all(public in users(settings) for public in keys.values())
