"""Company mirrors: a private authority, a proxy and switches, as each registry's client is told."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.places.connection import Connection, Given
from apps.centralcloud.package_sync.engine.registry import (
    ECOSYSTEMS,
    Refused,
    RegistryError,
    Unavailable,
)
from tests.common.registries.authority import Authority, authority_make
from tests.common.registries.fixtures import PROXIES, QUICK
from tests.common.registries.forward import ForwardProxy
from tests.common.registries.machine import Machine
from tests.common.registries.server import RegistryServer

Configure = Callable[[Machine, str], None]
"""Configures a machine by a value: the path of a certificate, the address of a proxy, a host."""
UNTRUSTED = "certificate is not trusted"
NOBODY = "127.0.0.1:9"
"""Where nobody listens; a proxy that is asked for it leads to the mirror all the same."""


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("certificates are made by the openssl command")
    return authority_make(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(authority: Authority) -> Iterator[RegistryServer]:
    """A company's registry: its certificate is of the company's own authority."""
    with RegistryServer(tls=authority.server_side()) as made:
        made.route("p", b"{}")
        yield made


@pytest.fixture
def plain() -> Iterator[RegistryServer]:
    with RegistryServer() as made:
        made.route("p", b"{}")
        yield made


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


def mirrored(machine: Machine, url: str) -> None:
    """All clients ask at one address."""
    machine.environ |= {
        "PIP_INDEX_URL": url,
        "NPM_CONFIG_REGISTRY": url,
        "CARGO_SOURCE_CRATES_IO_REPLACE_WITH": "company",
        "CARGO_REGISTRIES_COMPANY_INDEX": f"sparse+{url}",
        "HEX_MIRROR": url,
        "HEX_API_URL": url,
    }


def fetched(machine: Machine, ecosystem: str, folder: Path, path: str = "p") -> bytes:
    with Fetcher(folder, limits=QUICK) as fetcher:
        return fetcher.get(machine.place(ecosystem), path).body


def variable(name: str) -> Configure:
    return called(name, lambda machine, value: machine.environ.update({name: value}))


def written(file: str, pattern: str) -> Configure:
    """A line of a file of the user's, with the value where the pattern has %s."""
    return called(
        pattern, lambda machine, value: machine.write(machine.home / file, pattern % value)
    )


def pip_conf(name: str) -> Configure:
    return written(".config/pip/pip.conf", f"[global]\n{name} = %s\n")


def npmrc(name: str) -> Configure:
    return written(".npmrc", f"{name}=%s\n")


def cargo_toml(name: str) -> Configure:
    return written(".cargo/config.toml", f'[http]\n{name} = "%s"\n')


def hex_config(name: str) -> Configure:
    return written(".hex/hex.config", f'{{{name},<<"%s">>}}.\n')


def called(name: str, configure: Configure) -> Configure:
    """The same under a name that tests are called by."""
    configure.__name__ = " ".join(name.split())
    return configure


def npm_text(name: str) -> Configure:
    """The certificate itself, with backslash and n for the ends of its lines; twice in a list."""

    def configure(machine: Machine, path: str) -> None:
        text = Path(path).read_text().strip().replace("\n", "\\n")
        machine.write(machine.home / ".npmrc", f'{name}="{text}"\n' * (2 if "[" in name else 1))

    return called(f"npm {name}", configure)


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
    server: RegistryServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    mirrored(machine, server.url)
    with pytest.raises(Unavailable, match=UNTRUSTED):
        fetched(machine, ecosystem, tmp_path / "before")
    assert server.requests == []
    configure(machine, str(authority.certificate))
    assert fetched(machine, ecosystem, tmp_path / "after") == b"{}"


@pytest.mark.parametrize(("ecosystem", "configure", "told"), CERTIFICATES)
def test_what_is_no_certificate_is_said_by_the_name_of_the_setting(
    ecosystem: str,
    configure: Configure,
    told: str,
    machine: Machine,
    server: RegistryServer,
    tmp_path: Path,
) -> None:
    mirrored(machine, server.url)
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    configure(machine, str(wrong))
    with pytest.raises(Refused) as refused:
        fetched(machine, ecosystem, tmp_path / "kept")
    assert str(refused.value) == f"{told} names no file of certificates"


def test_a_file_that_is_missing_stops_its_registry_alone(
    machine: Machine, server: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    mirrored(machine, server.url)
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
    server: RegistryServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    mirrored(machine, server.url)
    machine.environ["SSL_CERT_FILE"] = str(authority.certificate)
    machine.environ["NODE_EXTRA_CA_CERTS"] = str(authority.certificate)
    (tmp_path / "other").mkdir()
    configure(machine, str(authority_make(tmp_path / "other").certificate))
    with pytest.raises(Unavailable, match=UNTRUSTED):
        fetched(machine, ecosystem, tmp_path / "kept")


def test_paths_of_certificates_are_relative_to_where_their_client_says(
    machine: Machine, server: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    mirrored(machine, server.url)
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
    server: RegistryServer,
    authority: Authority,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ecosystem, configure = SWITCHES[setting]
    mirrored(machine, server.url)
    with RegistryServer(tls=authority.server_side()) as other:
        other.route("p", b"{}")
        server.fault("away", "redirect", to=f"{other.url}p")
        configure(machine, f"127.0.0.1:{server.port}")
        with caplog.at_level(logging.WARNING):
            assert fetched(machine, ecosystem, tmp_path / "kept") == b"{}"
            assert fetched(machine, ecosystem, tmp_path / "again") == b"{}"
        told = [one.getMessage() for one in caplog.records if "is not checked" in one.message]
        assert len(told) == 1
        assert setting in told[0]
        assert f"127.0.0.1:{server.port}" in told[0]
        with pytest.raises(Unavailable, match=UNTRUSTED):
            fetched(machine, ecosystem, tmp_path / "away", "away")
        assert other.requests == []


def test_a_trusted_host_without_a_port_is_trusted_at_all(
    machine: Machine, server: RegistryServer, tmp_path: Path
) -> None:
    mirrored(machine, server.url)
    machine.environ["PIP_TRUSTED_HOST"] = "b.test 127.0.0.1:1 127.0.0.1"
    assert fetched(machine, "pypi", tmp_path / "kept") == b"{}"
    machine.environ["PIP_TRUSTED_HOST"] = "b.test 127.0.0.1:1 127.0.0.1:x"
    with pytest.raises(Unavailable, match=UNTRUSTED):
        fetched(machine, "pypi", tmp_path / "other")


@pytest.mark.parametrize("value", ["true", "1", ""])
def test_a_switch_that_is_on_leaves_verification_on(
    value: str, machine: Machine, server: RegistryServer, tmp_path: Path
) -> None:
    mirrored(machine, server.url)
    npmrc("strict-ssl")(machine, value)
    machine.environ["HEX_UNSAFE_HTTPS"] = "0"
    for ecosystem in ("npm", "hex"):
        with pytest.raises(Unavailable, match=UNTRUSTED):
            fetched(machine, ecosystem, tmp_path / ecosystem)


def test_what_was_read_unverified_is_not_what_verified_readers_find(
    machine: Machine, server: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    mirrored(machine, server.url)
    server.route("p", b"{}", headers={"Cache-Control": "max-age=600"})
    npmrc("strict-ssl")(machine, "false")
    assert fetched(machine, "npm", tmp_path / "kept") == b"{}"
    server.route("p", b'{"whole": true}', headers={"Cache-Control": "max-age=600"})
    npmrc("cafile")(machine, str(authority.certificate))
    assert fetched(machine, "npm", tmp_path / "kept") == b'{"whole": true}'


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
    server: RegistryServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    """Only the proxy knows where the mirror is; its certificate is checked through the tunnel."""
    mirrored(machine, f"https://{NOBODY}/")
    machine.environ["SSL_CERT_FILE"] = str(authority.certificate)
    with pytest.raises(Unavailable, match="cannot be reached"):
        fetched(machine, ecosystem, tmp_path / "before")
    with ForwardProxy(server.port) as proxy:
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
    server: RegistryServer,
    plain: RegistryServer,
    authority: Authority,
    tmp_path: Path,
) -> None:
    port = (plain if scheme == "http" else server).port
    machine.environ["SSL_CERT_FILE"] = str(authority.certificate)
    mirrored(machine, f"{scheme}://mirror.test:{port}/")
    with ForwardProxy(port, credentials=("ann", "p@ss")) as proxy:
        machine.environ["PIP_PROXY"] = f"http://ann:wrong@{proxy.address}"
        with pytest.raises(Refused, match="proxy wants credentials"):
            fetched(machine, "pypi", tmp_path / "wrong")
        machine.environ["PIP_PROXY"] = f"http://ann:p%40ss@{proxy.address}"
        assert fetched(machine, "pypi", tmp_path / "right") == b"{}"


def test_a_proxy_that_is_encrypted_is_always_verified(
    machine: Machine, plain: RegistryServer, authority: Authority, tmp_path: Path
) -> None:
    mirrored(machine, "http://mirror.test/")
    npmrc("strict-ssl")(machine, "false")
    with ForwardProxy(plain.port, tls=authority.server_side()) as proxy:
        machine.environ["NPM_CONFIG_PROXY"] = proxy.url
        with pytest.raises(Unavailable, match=UNTRUSTED):
            fetched(machine, "npm", tmp_path / "before")
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


def test_switches_open_no_way_inside(
    machine: Machine, server: RegistryServer, tmp_path: Path
) -> None:
    machine.environ["PIP_TRUSTED_HOST"] = "127.0.0.1"
    public = machine.place("pypi")
    with Fetcher(tmp_path, limits=QUICK) as fetcher, pytest.raises(RegistryError) as refused:
        fetcher.get(public, f"{server.url}p")
    assert "private network" in str(refused.value)
    assert server.requests == []


def test_no_password_of_a_proxy_is_in_a_text(machine: Machine) -> None:
    machine.environ["PIP_PROXY"] = "http://ann:s3cret@proxy.test:8080"
    place = machine.place("pypi")
    assert "s3cret" not in repr(place) + repr(place.connection)


def through(url: str, direct: str = "") -> Connection:
    return Connection(http=Given(url, "HTTP_PROXY"), direct=direct)
