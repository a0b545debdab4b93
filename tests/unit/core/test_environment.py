"""Each wrong value is one line that names the variable and says what to set."""

import os
from pathlib import Path

import pytest

from apps.shared.core.environment import (
    ConfigurationError,
    default_instance_id,
    read_environment,
)
from tests.common.processes import manage

WRONG = {
    "DEBUG": "maybe",
    "SECRET_KEY": "short",
    "ALLOWED_HOSTS": "http://a/b",
    "DATABASE_URL": "mysql://host/name",
    "CENTRALCLOUD_DATABASE_URL": "postgres://host",
    "EMBEDDED_DATABASE": "my database",
    "REDIS_URL": "http://host",
    "NATS_URL": "nats://a:4222,http://b",
    "NATS_HOST": "not a host",
    "NATS_PORT": "70000",
    "NATS_REPLICAS": "2",
    "INSTANCE_ID": "Über instance",
    "INSTANCE_MODE": "sometimes",
    "INSTANCE_NKEY_SEED": "SUAB",
    "CENTRALCLOUD_NKEY_SEED": "a seed",
    "CENTRALCLOUD_PUBLIC_KEY": "UA",
    "PUBLISH": "some",
    "PATTERN_MIN_INSTANCES": "0",
    "RETENTION_DAYS": "ever",
    "MAX_FILE_BYTES": "-1",
    "LOG_FORMAT": "xml",
    "SYNC_PACKAGES": "sometimes",
    "PACKAGE_DEPTH": "6",
    "ADVISORY_SOURCES": "osv.zip",
    "REGISTRY_CONTACT": "a b",
    "API_RATE": "0/min",
    "SINGULARITY_STATE": "relative/folder",
}


@pytest.mark.parametrize(("name", "value"), WRONG.items())
def test_wrong_value_is_one_line_that_names_the_variable(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_environment({name: value})
    (line,) = caught.value.lines
    assert line.startswith(f"{name}: ")
    assert "set it to" in line
    assert "\n" not in line


def test_all_wrong_values_are_told_at_once() -> None:
    together = {name: value for name, value in WRONG.items() if name != "NATS_HOST"}
    with pytest.raises(ConfigurationError) as caught:
        read_environment(together)
    assert {line.split(":")[0] for line in caught.value.lines} == set(together)


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "INSTANCE_NKEY_SEED"])
def test_a_wrong_secret_is_not_shown(name: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_environment({name: "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_nothing_set_means_embedded_servers() -> None:
    environment = read_environment({})
    assert environment.database_url("singularity") == ""
    assert environment.redis_url == ""
    assert environment.nats_mode == "embedded"
    assert environment.debug is False
    assert environment.max_file_bytes == 1024 * 1024


def test_a_secret_can_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40 + "\n")
    assert read_environment({"SECRET_KEY_FILE": str(file)}).secret_key == "k" * 40


def test_a_secret_file_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"SECRET_KEY_FILE=.* cannot be read"):
        read_environment({"SECRET_KEY_FILE": str(tmp_path / "absent")})


def test_a_secret_both_ways_is_told(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("k" * 40)
    with pytest.raises(ConfigurationError, match="are both set"):
        read_environment({"SECRET_KEY_FILE": str(file), "SECRET_KEY": "s" * 40})


def test_a_site_url_goes_before_the_common_one() -> None:
    environment = read_environment(
        {"DATABASE_URL": "postgres://h/a", "CENTRALCLOUD_DATABASE_URL": "postgres://h/b"}
    )
    assert environment.database_url("singularity") == "postgres://h/a"
    assert environment.database_url("centralcloud") == "postgres://h/b"


@pytest.mark.parametrize(
    ("variables", "mode", "urls"),
    [
        ({"NATS_HOST": ""}, "isolated", ()),
        ({"NATS_HOST": "hub"}, "external", ("nats://hub:4222",)),
        ({"NATS_HOST": "hub", "NATS_PORT": "5222"}, "external", ("nats://hub:5222",)),
        ({"NATS_URL": "nats://a:1, tls://b:2"}, "external", ("nats://a:1", "tls://b:2")),
    ],
)
def test_nats_modes(variables: dict[str, str], mode: str, urls: tuple[str, ...]) -> None:
    environment = read_environment(variables)
    assert (environment.nats_mode, environment.nats_urls) == (mode, urls)


@pytest.mark.parametrize(
    ("host", "instance"),
    [("Dev_Box.local", "dev-box-local"), ("---", "instance"), ("a" * 80, "a" * 63)],
)
def test_default_instance_id_follows_the_host_name(host: str, instance: str) -> None:
    assert default_instance_id(host) == instance
    assert read_environment({"INSTANCE_ID": instance}).instance_id == instance


def test_a_command_stops_with_the_lines_and_no_traceback(tmp_path: Path) -> None:
    result = manage("check", state=tmp_path, NATS_PORT="0", DEBUG="maybe")
    assert result.returncode == 1
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["NATS_PORT", "DEBUG"]


def test_the_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    state = tmp_path / "state"
    shell = (
        "shell",
        "--no-imports",
        "-c",
        "from django.conf import settings as s; print(s.SECRET_KEY)",
    )
    keys = {manage(*shell, state=state).stdout.strip() for _ in range(2)}
    assert keys == {(state / "secret_key").read_text()}
    assert (state / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_state_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    result = manage("check", state=tmp_path / "state")
    assert result.returncode == 1
    assert "SINGULARITY_STATE" in result.stderr
    assert "Traceback" not in result.stderr
