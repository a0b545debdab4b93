"""A company's own authority is trusted where its registries' clients are told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.registry import ECOSYSTEMS, Refused, Unavailable
from tests.common.registries.authority import Authority, authority_make
from tests.common.registries.company import (
    UNTRUSTED,
    Configure,
    cargo_toml,
    fetched,
    hex_config,
    mirrored,
    npm_text,
    npmrc,
    pip_conf,
    variable,
)
from tests.common.registries.fixtures import QUICK
from tests.common.registries.machine import Machine
from tests.common.registries.server import RegistryServer

pytestmark = pytest.mark.usefixtures("bare_environment")

CERTIFICATES: list[tuple[str, Configure, str]] = [
    *((name, variable("SSL_CERT_FILE"), "SSL_CERT_FILE") for name in ECOSYSTEMS),
    ("pypi", variable("PIP_CERT"), "PIP_CERT"),
    ("pypi", pip_conf("cert"), "cert of pip's configuration"),
    ("pypi", variable("REQUESTS_CA_BUNDLE"), "REQUESTS_CA_BUNDLE"),
    ("pypi", variable("CURL_CA_BUNDLE"), "CURL_CA_BUNDLE"),
    ("npm", variable("NPM_CONFIG_CAFILE"), "npm's cafile"),
    ("npm", variable("npm_config_cafile"), "npm's cafile"),
    ("npm", npmrc("cafile"), "npm's cafile"),
    ("npm", npm_text("ca"), "npm's ca"),
    ("npm", npm_text("ca[]"), "npm's ca"),
    ("npm", variable("NODE_EXTRA_CA_CERTS"), "NODE_EXTRA_CA_CERTS"),
    ("cargo", variable("CARGO_HTTP_CAINFO"), "CARGO_HTTP_CAINFO"),
    ("cargo", cargo_toml("cainfo"), "http.cainfo of cargo's configuration"),
    ("hex", variable("HEX_CACERTS_PATH"), "HEX_CACERTS_PATH"),
    ("hex", hex_config("cacerts_path"), "cacerts_path of hex's configuration"),
]
"""Whose certificates, how they are set, and what the setting is called."""


@pytest.mark.parametrize(("ecosystem", "configure", "_told"), CERTIFICATES)
def test_a_companys_authority_is_trusted_where_its_client_is_told_of_it(
    ecosystem: str,
    configure: Configure,
    _told: str,
    machine: Machine,
    encrypted: RegistryServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    mirrored(machine, encrypted.url)
    with pytest.raises(Unavailable, match=UNTRUSTED):
        fetched(machine, ecosystem, tmp_path / "before")
    assert encrypted.requests == []
    configure(machine, str(authority.certificate))
    assert fetched(machine, ecosystem, tmp_path / "after") == b"{}"


@pytest.mark.parametrize(("ecosystem", "configure", "told"), CERTIFICATES)
def test_what_is_no_certificate_is_said_by_the_name_of_the_setting(
    ecosystem: str,
    configure: Configure,
    told: str,
    machine: Machine,
    encrypted: RegistryServer,
    tmp_path: Path,
) -> None:
    mirrored(machine, encrypted.url)
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    configure(machine, str(wrong))
    with pytest.raises(Refused) as refused:
        fetched(machine, ecosystem, tmp_path / "kept")
    assert str(refused.value) == f"{told} names no file of certificates"


def test_a_file_that_is_missing_stops_its_registry_alone(
    machine: Machine, encrypted: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    mirrored(machine, encrypted.url)
    machine.environ["SSL_CERT_FILE"] = str(authority.certificate)
    machine.environ["CARGO_HTTP_CAINFO"] = str(tmp_path / "missing.pem")
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        with pytest.raises(Refused, match="CARGO_HTTP_CAINFO"):
            fetcher.get(machine.place("cargo"), "p")
        for ecosystem in ("pypi", "npm", "hex"):
            assert fetcher.get(machine.place(ecosystem), "p").body == b"{}"


@pytest.mark.parametrize(
    ("ecosystem", "configure"),
    [
        ("pypi", variable("PIP_CERT")),
        ("npm", variable("NPM_CONFIG_CAFILE")),
        ("cargo", variable("CARGO_HTTP_CAINFO")),
        ("hex", variable("HEX_CACERTS_PATH")),
    ],
)
def test_a_clients_own_authority_stands_for_all_others(
    ecosystem: str,
    configure: Configure,
    machine: Machine,
    encrypted: RegistryServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    mirrored(machine, encrypted.url)
    machine.environ["SSL_CERT_FILE"] = str(authority.certificate)
    machine.environ["NODE_EXTRA_CA_CERTS"] = str(authority.certificate)
    (tmp_path / "other").mkdir()
    configure(machine, str(authority_make(tmp_path / "other").certificate))
    with pytest.raises(Unavailable, match=UNTRUSTED):
        fetched(machine, ecosystem, tmp_path / "kept")


def test_what_one_registry_trusts_another_at_the_same_host_does_not(
    machine: Machine, encrypted: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    mirrored(machine, encrypted.url)
    machine.environ["NPM_CONFIG_CAFILE"] = str(authority.certificate)
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        assert fetcher.get(machine.place("npm"), "p").body == b"{}"
        with pytest.raises(Unavailable, match=UNTRUSTED):
            fetcher.get(machine.place("cargo"), "p")


def test_paths_of_certificates_are_relative_to_where_their_client_says(
    machine: Machine, encrypted: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    mirrored(machine, encrypted.url)
    certificate = authority.certificate.read_text()
    machine.write(machine.home / "home.pem", certificate)
    machine.write(machine.project / "here.pem", certificate)
    machine.write(machine.project.parent / "beside.pem", certificate)
    machine.write(machine.project.parent / ".cargo/config.toml", "[http]\ncainfo='beside.pem'\n")
    assert fetched(machine, "cargo", tmp_path / "cargo") == b"{}"
    for name in ("~/home.pem", "here.pem"):
        npmrc("cafile")(machine, name)
        assert fetched(machine, "npm", tmp_path / f"npm{len(name)}") == b"{}"
        pip_conf("cert")(machine, name)
        assert fetched(machine, "pypi", tmp_path / f"pypi{len(name)}") == b"{}"
