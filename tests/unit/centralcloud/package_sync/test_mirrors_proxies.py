"""Company mirrors behind a proxy, as each registry's client is told of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.places.connection import Connection, Given
from apps.centralcloud.package_sync.engine.registry import ECOSYSTEMS, Refused, Unavailable
from tests.common.registries.authority import Authority
from tests.common.registries.company import (
    NOBODY,
    UNTRUSTED,
    Configure,
    cargo_toml,
    fetched,
    hex_config,
    mirrored,
    npmrc,
    pip_conf,
    variable,
)
from tests.common.registries.fixtures import QUICK
from tests.common.registries.forward import ForwardProxy
from tests.common.registries.machine import Machine
from tests.common.registries.server import RegistryServer

pytestmark = pytest.mark.usefixtures("bare_environment")

PROXIED: list[tuple[str, Configure]] = [
    *((name, variable("HTTPS_PROXY")) for name in ECOSYSTEMS),
    ("npm", variable("https_proxy")),
    ("cargo", variable("ALL_PROXY")),
    ("pypi", variable("PIP_PROXY")),
    ("pypi", pip_conf("proxy")),
    ("npm", variable("NPM_CONFIG_HTTPS_PROXY")),
    ("npm", npmrc("https-proxy")),
    ("npm", npmrc("proxy")),
    ("cargo", variable("CARGO_HTTP_PROXY")),
    ("cargo", cargo_toml("proxy")),
    ("hex", hex_config("https_proxy")),
]


@pytest.mark.parametrize(("ecosystem", "configure"), PROXIED)
def test_an_encrypted_registry_behind_a_proxy_is_reached_through_a_tunnel(
    ecosystem: str,
    configure: Configure,
    machine: Machine,
    encrypted: RegistryServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    """Only the proxy knows where the mirror is; its certificate is checked through the tunnel."""
    mirrored(machine, f"https://{NOBODY}/")
    machine.environ["SSL_CERT_FILE"] = str(authority.certificate)
    with pytest.raises(Unavailable, match="cannot be reached"):
        fetched(machine, ecosystem, tmp_path / "before")
    with ForwardProxy(encrypted.port) as proxy:
        configure(machine, proxy.url)
        assert fetched(machine, ecosystem, tmp_path / "after") == b"{}"
        assert set(proxy.asked) == {f"CONNECT {NOBODY}"}
        del machine.environ["SSL_CERT_FILE"]
        with pytest.raises(Unavailable, match=UNTRUSTED):
            fetched(machine, ecosystem, tmp_path / "unknown")


@pytest.mark.parametrize(
    ("ecosystem", "configure"),
    [
        *((name, variable("HTTP_PROXY")) for name in ECOSYSTEMS),
        ("pypi", pip_conf("proxy")),
        ("npm", npmrc("proxy")),
        ("npm", npmrc("https-proxy")),
        ("cargo", cargo_toml("proxy")),
        ("hex", hex_config("http_proxy")),
    ],
)
def test_a_plain_registry_behind_a_proxy(
    ecosystem: str,
    configure: Configure,
    machine: Machine,
    plain: RegistryServer,
    tmp_path: Path,
) -> None:
    mirrored(machine, f"http://{NOBODY}/")
    with pytest.raises(Unavailable, match="cannot be reached"):
        fetched(machine, ecosystem, tmp_path / "before")
    with ForwardProxy(plain.port) as proxy:
        configure(machine, proxy.address if ecosystem == "cargo" else proxy.url)
        assert fetched(machine, ecosystem, tmp_path / "after") == b"{}"
        assert proxy.asked == [f"GET http://{NOBODY}/p"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_may_want_credentials(
    scheme: str,
    machine: Machine,
    encrypted: RegistryServer,
    plain: RegistryServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    port = (plain if scheme == "http" else encrypted).port
    machine.environ["SSL_CERT_FILE"] = str(authority.certificate)
    mirrored(machine, f"{scheme}://mirror.test:{port}/")
    with ForwardProxy(port, credentials=("ann", "p@ss")) as proxy:
        machine.environ["PIP_PROXY"] = f"http://ann:wrong@{proxy.address}"
        with pytest.raises(Refused, match="proxy wants credentials"):
            fetched(machine, "pypi", tmp_path / "wrong")
        machine.environ["PIP_PROXY"] = f"http://ann:p%40ss@{proxy.address}"
        assert fetched(machine, "pypi", tmp_path / "right") == b"{}"


def test_a_proxy_that_is_encrypted_is_always_verified(
    machine: Machine, encrypted: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    """Also where the registry behind it is not."""
    mirrored(machine, f"https://{NOBODY}/")
    npmrc("strict-ssl")(machine, "false")
    with ForwardProxy(encrypted.port, tls=authority.server_side()) as proxy:
        machine.environ["NPM_CONFIG_PROXY"] = proxy.url
        with pytest.raises(Unavailable, match=UNTRUSTED):
            fetched(machine, "npm", tmp_path / "before")
        assert proxy.asked == []
        machine.environ["NPM_CONFIG_CAFILE"] = str(authority.certificate)
        assert fetched(machine, "npm", tmp_path / "after") == b"{}"


def test_what_is_left_out_is_asked_directly_but_by_pip(
    machine: Machine, plain: RegistryServer, tmp_path: Path
) -> None:
    """pip lets its own ``proxy`` stand for everything; npm has a list of its own."""
    mirrored(machine, plain.url)
    with ForwardProxy(plain.port) as proxy:
        npmrc("noproxy=127.0.0.1\nproxy")(machine, proxy.url)
        assert fetched(machine, "npm", tmp_path / "npm") == b"{}"
        machine.environ |= {"NO_PROXY": "127.0.0.1", "CARGO_HTTP_PROXY": proxy.url}
        assert fetched(machine, "cargo", tmp_path / "cargo") == b"{}"
        machine.environ["HTTP_PROXY"] = proxy.url
        assert fetched(machine, "hex", tmp_path / "hex") == b"{}"
        assert proxy.asked == []
        machine.environ["PIP_PROXY"] = proxy.url
        assert fetched(machine, "pypi", tmp_path / "pypi") == b"{}"
        assert proxy.asked == [f"GET {plain.url}p"]


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:9", "http://127.0.0.1:port", "http://"])
def test_a_proxy_that_is_not_spoken_to_stops_its_registry_alone(
    value: str, machine: Machine, plain: RegistryServer, tmp_path: Path
) -> None:
    mirrored(machine, plain.url)
    machine.environ["CARGO_HTTP_PROXY"] = value
    with pytest.raises(Unavailable, match="CARGO_HTTP_PROXY names no http or https proxy"):
        fetched(machine, "cargo", tmp_path / "cargo")
    assert fetched(machine, "npm", tmp_path / "npm") == b"{}"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "localhost", "db.internal", "intranet"])
def test_a_public_registry_does_not_lead_inside_behind_a_proxy(
    host: str, plain: RegistryServer, tmp_path: Path
) -> None:
    """The proxy lies in a private network itself, and would lead there."""
    plain.fault("away", "redirect", to=f"http://{host}/secret")
    with ForwardProxy(plain.port) as proxy, Fetcher(tmp_path, limits=QUICK) as fetcher:
        place = Place("npm", "http://public.test/", connection=through(proxy.url))
        assert fetcher.get(place, "p").body == b"{}"
        with pytest.raises(Refused, match="private network"):
            fetcher.get(place, "away")
        assert proxy.asked == ["GET http://public.test/p", "GET http://public.test/away"]


def test_what_is_asked_without_the_proxy_is_judged_by_its_address(
    plain: RegistryServer, tmp_path: Path
) -> None:
    plain.fault("away", "redirect", to=f"{plain.url}secret")
    with ForwardProxy(plain.port) as proxy, Fetcher(tmp_path, limits=QUICK) as fetcher:
        place = Place("npm", "http://public.test/", connection=through(proxy.url, "127.0.0.0/8"))
        with pytest.raises(Refused, match="private network"):
            fetcher.get(place, "away")
        assert plain.paths() == ["/away"]


def test_no_password_of_a_proxy_is_in_a_text(machine: Machine) -> None:
    machine.environ["PIP_PROXY"] = "http://ann:s3cret@proxy.test:8080"
    place = machine.place("pypi")
    assert "s3cret" not in repr(place) + repr(place.connection)


def through(url: str, direct: str = "") -> Connection:
    return Connection(http=Given(url, "HTTP_PROXY"), direct=direct)
