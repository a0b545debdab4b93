"""Encrypted registries are trusted by the machine's certificates and by the user's own."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.fetching.certificates import verifying
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.places.connection import Connection, python
from apps.centralcloud.package_sync.engine.registry import Refused, Unavailable
from tests.common.registries.authority import Authority, authority_make
from tests.common.registries.fixtures import QUICK
from tests.common.registries.server import RegistryServer

pytestmark = pytest.mark.usefixtures("bare_environment")


def test_a_certificate_that_nobody_knows_is_not_trusted(
    encrypted: RegistryServer, tmp_path: Path
) -> None:
    place = Place("npm", encrypted.url, private=True)
    with (
        Fetcher(tmp_path, limits=QUICK) as fetcher,
        fetcher.counted() as count,
        pytest.raises(Unavailable, match="certificate is not trusted"),
    ):
        fetcher.get(place, "p")
    assert count.requests == 1
    assert encrypted.requests == []


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_certificate_of_the_environment_is_trusted(
    name: str,
    encrypted: RegistryServer,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(name, str(authority.certificate))
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        assert fetcher.get(Place("npm", encrypted.url, private=True), "p").body == b"{}"


def test_a_certificate_for_another_host_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = authority_make(tmp_path, hosts=("other.test",))
    monkeypatch.setenv("SSL_CERT_FILE", str(other.certificate))
    with (
        RegistryServer(tls=other.server_side()) as server,
        Fetcher(tmp_path / "kept", limits=QUICK) as fetcher,
        pytest.raises(Unavailable, match="certificate is not trusted"),
    ):
        fetcher.get(Place("npm", server.url, private=True), "p")


def test_an_encrypted_registry_does_not_lead_to_one_that_is_not(
    encrypted: RegistryServer,
    authority: Authority,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    with RegistryServer() as plain, Fetcher(tmp_path, limits=QUICK) as fetcher:
        plain.route("p", b"{}")
        encrypted.fault("away", "redirect", to=plain.url + "p")
        with pytest.raises(Refused, match="without encryption"):
            fetcher.get(Place("npm", encrypted.url, private=True), "away")
        assert plain.requests == []


def test_what_names_no_certificates_is_said(tmp_path: Path) -> None:
    wrong = tmp_path / "none.pem"
    wrong.write_text("no certificate")
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        for path in (wrong, tmp_path / "missing.pem"):
            with pytest.raises(Refused, match=name):
                verifying(python({name: str(path)}))


def test_wrong_settings_are_said_of_what_is_encrypted_and_stop_nothing_else(
    encrypted: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with RegistryServer() as plain, Fetcher(tmp_path, limits=QUICK) as fetcher:
        plain.route("p", b"{}")
        with pytest.raises(Refused, match="SSL_CERT_FILE"):
            fetcher.get(Place("npm", encrypted.url, private=True), "p")
        assert fetcher.get(Place("npm", plain.url, private=True), "p").body == b"{}"


def test_certificates_and_names_are_checked() -> None:
    for connection in (Connection(), python({"SSL_CERT_DIR": "/etc:/usr"})):
        made = verifying(connection)
        assert made.verify_mode is ssl.CERT_REQUIRED
        assert made.check_hostname


def test_the_machines_certificates_are_trusted_and_certifis_where_it_has_none(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """OpenSSL itself reads the two variables for its default places: a machine of the test's."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    (trusted,) = verifying(Connection()).get_ca_certs()
    assert trusted["subject"][0] == (("organizationName", "A company"),)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    assert len(verifying(Connection()).get_ca_certs()) > 50
