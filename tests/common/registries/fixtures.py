"""All four registries on one loopback server, and what asks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher, Limits
from apps.centralcloud.package_sync.engine.places import Place
from tests.common.registries.authority import Authority, authority_make
from tests.common.registries.machine import Machine
from tests.common.registries.server import RegistryServer

QUICK = Limits(connect=2, silence=2, answer=5, patience=3, first_wait=0.0, longest_wait=0.0)
"""Bounds for tests: attempts follow one another at once."""


def places_of(server: RegistryServer, *, private: bool = True) -> Mapping[str, Place]:
    """Where the registries are on a loopback server: each below a folder of its name.

    ``npm/``; ``pypi/simple/`` and ``pypi/pypi/``; ``cargo/index/`` and ``cargo/api/v1/``;
    ``hex/repo/`` and ``hex/api/``.
    """
    url = server.url
    return {
        "npm": Place("npm", f"{url}npm/", private=private),
        "pypi": Place("pypi", f"{url}pypi/simple/", f"{url}pypi/pypi/", private=private),
        "cargo": Place("cargo", f"{url}cargo/index/", f"{url}cargo/api/v1/", private=private),
        "hex": Place("hex", f"{url}hex/repo/", f"{url}hex/api/", private=private),
    }


@dataclass(frozen=True)
class Registries:
    """The server and the places on it; ``serve`` puts packages there."""

    server: RegistryServer
    places: Mapping[str, Place]

    def serve(self, ecosystem: str, packages: Any) -> None:
        """Serve packages as ``tests.common.registries.<ecosystem>`` describes them."""
        module = import_module(f"tests.common.registries.{ecosystem}")
        getattr(module, f"{ecosystem}_serve")(self.server, packages)


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no certificates of this machine."""
    for name in (*PROXIES, *CERTIFICATES):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A company's own certificate authority."""
    return authority_make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def encrypted(authority: Authority) -> Iterator[RegistryServer]:
    """A server with a certificate of the company's authority, and the document ``p``."""
    with RegistryServer(tls=authority.server_side()) as server:
        server.route("p", b"{}")
        yield server


@pytest.fixture
def plain() -> Iterator[RegistryServer]:
    """A server without encryption, and the document ``p``."""
    with RegistryServer() as server:
        server.route("p", b"{}")
        yield server


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with nothing configured."""
    return Machine(tmp_path / "machine")


@pytest.fixture
def registry_server(bare_environment: None) -> Iterator[RegistryServer]:
    """An empty server, asked without any proxy of this machine."""
    with RegistryServer() as server:
        yield server


@pytest.fixture
def registries(registry_server: RegistryServer) -> Registries:
    """All four registries, without a package yet."""
    return Registries(registry_server, places_of(registry_server))


@pytest.fixture
def fetcher(tmp_path: Path) -> Iterator[Fetcher]:
    """A fetcher with an empty folder, that waits for nothing but what a registry asks for."""
    with Fetcher(tmp_path / "registries", limits=QUICK) as made:
        yield made
