"""Switches that turn verification off count for the hosts they are for, and are told."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.registry import Refused, Unavailable
from tests.common.registries.authority import Authority
from tests.common.registries.company import (
    UNTRUSTED,
    Configure,
    fetched,
    mirrored,
    npmrc,
    pip_conf,
    variable,
)
from tests.common.registries.fixtures import QUICK
from tests.common.registries.machine import Machine
from tests.common.registries.server import RegistryServer

pytestmark = pytest.mark.usefixtures("bare_environment")

SWITCHES: dict[str, tuple[str, Configure]] = {
    "PIP_TRUSTED_HOST": ("pypi", variable("PIP_TRUSTED_HOST")),
    "trusted-host of pip's configuration": (
        "pypi",
        lambda machine, host: pip_conf("trusted-host")(machine, f"a.test\n    {host}"),
    ),
    "npm's strict-ssl": ("npm", lambda machine, _: npmrc("strict-ssl")(machine, "false")),
    "HEX_UNSAFE_HTTPS": ("hex", lambda machine, _: variable("HEX_UNSAFE_HTTPS")(machine, "1")),
    "unsafe_https of hex's configuration": (
        "hex",
        lambda machine, _: machine.write(machine.home / ".hex/hex.config", "{unsafe_https,true}."),
    ),
}
"""By what a setting is called."""


@pytest.mark.parametrize("setting", SWITCHES)
def test_a_switch_turns_verification_off_for_the_registrys_host_and_is_told(
    setting: str,
    machine: Machine,
    encrypted: RegistryServer,
    authority: Authority,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ecosystem, configure = SWITCHES[setting]
    mirrored(machine, encrypted.url)
    with RegistryServer(tls=authority.server_side()) as other:
        other.route("p", b"{}")
        encrypted.fault("away", "redirect", to=f"{other.url}p")
        configure(machine, f"127.0.0.1:{encrypted.port}")
        with caplog.at_level(logging.WARNING):
            assert fetched(machine, ecosystem, tmp_path / "kept") == b"{}"
            assert fetched(machine, ecosystem, tmp_path / "again") == b"{}"
        told = [one.getMessage() for one in caplog.records if "is not checked" in one.message]
        assert len(told) == 1
        assert setting in told[0]
        assert f"127.0.0.1:{encrypted.port}" in told[0]
        with pytest.raises(Unavailable, match=UNTRUSTED):
            fetched(machine, ecosystem, tmp_path / "away", "away")
        assert other.requests == []


def test_a_trusted_host_without_a_port_is_trusted_at_all(
    machine: Machine, encrypted: RegistryServer, tmp_path: Path
) -> None:
    mirrored(machine, encrypted.url)
    machine.environ["PIP_TRUSTED_HOST"] = "b.test 127.0.0.1:1 127.0.0.1"
    assert fetched(machine, "pypi", tmp_path / "kept") == b"{}"
    machine.environ["PIP_TRUSTED_HOST"] = "b.test 127.0.0.1:1 127.0.0.1:x"
    with pytest.raises(Unavailable, match=UNTRUSTED):
        fetched(machine, "pypi", tmp_path / "other")


@pytest.mark.parametrize("value", ["true", "1", ""])
def test_a_switch_that_is_on_leaves_verification_on(
    value: str, machine: Machine, encrypted: RegistryServer, tmp_path: Path
) -> None:
    mirrored(machine, encrypted.url)
    npmrc("strict-ssl")(machine, value)
    machine.environ["HEX_UNSAFE_HTTPS"] = "0"
    for ecosystem in ("npm", "hex"):
        with pytest.raises(Unavailable, match=UNTRUSTED):
            fetched(machine, ecosystem, tmp_path / ecosystem)


def test_what_was_read_unverified_is_not_what_verified_readers_find(
    machine: Machine, encrypted: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    mirrored(machine, encrypted.url)
    encrypted.route("p", b"{}", headers={"Cache-Control": "max-age=600"})
    npmrc("strict-ssl")(machine, "false")
    assert fetched(machine, "npm", tmp_path / "kept") == b"{}"
    encrypted.route("p", b'{"whole": true}', headers={"Cache-Control": "max-age=600"})
    npmrc("cafile")(machine, str(authority.certificate))
    assert fetched(machine, "npm", tmp_path / "kept") == b'{"whole": true}'


def test_switches_open_no_way_inside(
    machine: Machine, encrypted: RegistryServer, tmp_path: Path
) -> None:
    machine.environ["PIP_TRUSTED_HOST"] = "127.0.0.1"
    public = machine.place("pypi")
    with (
        Fetcher(tmp_path, limits=QUICK) as fetcher,
        pytest.raises(Refused, match="private network"),
    ):
        fetcher.get(public, f"{encrypted.url}p")
    assert encrypted.requests == []
