"""Encrypted registries are trusted by the system's certificates and by the user's own."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.fetching.certificates import NAMED, context
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.registry import Refused, Unavailable
from tests.common.registries.fixtures import QUICK
from tests.common.registries.server import RegistryServer

SYSTEM = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def _only_the_tests_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SYSTEM, *NAMED, "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for this machine that nobody has signed, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("certificates are made by the openssl command")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[RegistryServer]:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*certificate)
    with RegistryServer(tls=tls) as made:
        made.route("p", b"{}")
        yield made


def test_a_certificate_that_nobody_knows_is_not_trusted(
    server: RegistryServer, tmp_path: Path
) -> None:
    place = Place("npm", server.url, private=True)
    with (
        Fetcher(tmp_path, limits=QUICK) as fetcher,
        fetcher.counted() as count,
        pytest.raises(Unavailable, match="certificate is not trusted"),
    ):
        fetcher.get(place, "p")
    assert count.requests == 1
    assert server.requests == []


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", *NAMED])
def test_a_certificate_of_the_environment_is_trusted(
    name: str,
    server: RegistryServer,
    certificate: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, str(certificate[0]))
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        assert fetcher.get(Place("npm", server.url, private=True), "p").body == b"{}"


def test_an_encrypted_registry_does_not_lead_to_one_that_is_not(
    server: RegistryServer,
    certificate: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with RegistryServer() as plain, Fetcher(tmp_path, limits=QUICK) as fetcher:
        plain.route("p", b"{}")
        server.fault("away", "redirect", to=plain.url + "p")
        with pytest.raises(Refused, match="without encryption"):
            fetcher.get(Place("npm", server.url, private=True), "away")
        assert plain.requests == []


def test_what_names_no_certificates_is_said(tmp_path: Path) -> None:
    wrong = tmp_path / "none.pem"
    wrong.write_text("no certificate")
    for name in ("SSL_CERT_FILE", *NAMED):
        for path in (wrong, tmp_path / "missing.pem"):
            with pytest.raises(Refused, match=name):
                context({name: str(path)})


def test_wrong_settings_are_said_of_what_is_encrypted_and_stop_nothing_else(
    server: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with RegistryServer() as plain, Fetcher(tmp_path, limits=QUICK) as fetcher:
        plain.route("p", b"{}")
        with pytest.raises(Refused, match="SSL_CERT_FILE"):
            fetcher.get(Place("npm", server.url, private=True), "p")
        assert fetcher.get(Place("npm", plain.url, private=True), "p").body == b"{}"


def test_certificates_and_names_are_always_checked() -> None:
    for made in (context({}), context({"SSL_CERT_DIR": "/etc"})):
        assert made.verify_mode is ssl.CERT_REQUIRED
        assert made.check_hostname
