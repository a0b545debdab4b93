"""Credentials reach the host they are for, and nobody leads a public registry's client inside."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.centralcloud.package_sync.engine.fetching import Fetcher, network
from apps.centralcloud.package_sync.engine.fetching.addresses import inside, literal, public
from apps.centralcloud.package_sync.engine.fetching.addressing import address, led_to
from apps.centralcloud.package_sync.engine.fetching.cache import NAME
from apps.centralcloud.package_sync.engine.places import Place
from apps.centralcloud.package_sync.engine.registry import (
    Malformed,
    Refused,
    Unavailable,
)
from tests.common.registries.fixtures import QUICK
from tests.common.registries.server import RegistryServer

SECRET = {"Authorization": "Bearer s3cret"}


@pytest.fixture
def other() -> Iterator[RegistryServer]:
    """A second host: another port is another origin."""
    with RegistryServer() as server:
        yield server


@pytest.fixture
def place(registry_server: RegistryServer) -> Place:
    return Place("npm", registry_server.url, headers=SECRET, private=True)


def test_a_redirect_is_followed_and_kept_documents_too(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("old", b"", status=301, headers={"Location": "/new"}, etag=False)
    registry_server.route("new", {"a": 1})
    document = fetcher.get(place, "old")
    assert document.json() == {"a": 1}
    assert document.url.endswith("/new")
    assert document.requests == 2
    assert fetcher.get(place, "old").unchanged


def test_redirects_without_end_are_given_up(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.fault("p", "redirect", times=100, to="/p")
    with pytest.raises(Unavailable, match="again and again"):
        fetcher.get(place, "p")
    assert len(registry_server.requests) == 6


def test_five_redirects_are_followed(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    for number in range(5):
        registry_server.fault(f"p{number}", "redirect", to=f"/p{number + 1}")
    registry_server.route("p5", b"{}")
    assert fetcher.get(place, "p0").requests == 6


def test_a_redirect_to_nowhere_is_malformed(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.fault("p", "status", code=302)
    with pytest.raises(Malformed, match="nowhere"):
        fetcher.get(place, "p")


def test_credentials_go_to_their_own_host_only(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer, other: RegistryServer
) -> None:
    other.fault("away", "redirect", to=registry_server.url + "back")
    registry_server.fault("p", "redirect", to=other.url + "away")
    registry_server.route("back", b"{}")
    fetcher.get(place, "p")
    fetcher.get(place, registry_server.url + "back")
    other.route("file", b"{}")
    fetcher.get(place, other.url + "file")
    assert [seen.headers.get("authorization") for seen in other.requests] == [None, None]
    asked = {seen.path: seen.headers.get("authorization") for seen in registry_server.requests}
    assert asked == {"/p": "Bearer s3cret", "/back": "Bearer s3cret"}


def test_credentials_for_an_api_do_not_go_to_its_mirror(
    fetcher: Fetcher, registry_server: RegistryServer, other: RegistryServer
) -> None:
    place = Place("hex", other.url, registry_server.url, SECRET, private=True,
                  owner=registry_server.url)  # fmt: skip
    other.route("p", b"{}")
    registry_server.route("p", b"{}")
    fetcher.get(place, "p")
    fetcher.get(place, registry_server.url + "p")
    assert "authorization" not in other.requests[0].headers
    assert registry_server.requests[0].headers["authorization"] == "Bearer s3cret"


def test_the_file_of_kept_answers_holds_no_secret(
    place: Place, registry_server: RegistryServer, tmp_path: Path
) -> None:
    headers = {"Set-Cookie": "session=c00kie", "Cache-Control": "max-age=600"}
    registry_server.route("p", b"{}", headers=headers)
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        fetcher.get(place, "p")
        fetcher.get(place, "p")
    assert len(registry_server.requests) == 1
    kept = b"".join(path.read_bytes() for path in tmp_path.glob(f"{NAME}*"))
    assert b"cache-control" in kept.lower()
    assert b"s3cret" not in kept
    assert b"c00kie" not in kept


def test_what_one_credential_may_see_another_does_not_find(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", b"{}", headers={"Cache-Control": "max-age=600"})
    fetcher.get(place, "p")
    registry_server.route("p", b"", status=401)
    with pytest.raises(Refused):
        fetcher.get(Place("npm", registry_server.url, private=True), "p")


def test_a_place_without_secrets_in_its_text() -> None:
    assert "s3cret" not in repr(Place("npm", "https://registry.example.test/", headers=SECRET))


def test_a_mirror_may_stand_for_a_public_place_but_leads_nowhere_else_inside(
    fetcher: Fetcher, registry_server: RegistryServer, other: RegistryServer
) -> None:
    registry_server.route("p", b'{"whole": true}')
    other.route("file", b"{}")
    place = Place("npm", registry_server.url)
    assert fetcher.get(place, "p").json() == {"whole": True}
    for url in (other.url, f"http://localhost:{registry_server.port}/"):
        with pytest.raises(Refused, match="private network"):
            fetcher.get(place, f"{url}file")
    assert (registry_server.paths(), other.requests) == (["/p"], [])


def test_a_public_place_does_not_lead_inside(
    fetcher: Fetcher,
    registry_server: RegistryServer,
    other: RegistryServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The name is public when it is looked up first, and this machine's when it is connected to."""
    registry_server.fault("p", "redirect", times=9, to=f"http://rebound.test:{other.port}/secret")
    other.route("secret", b"{}")
    ports: list[int] = []
    real = socket.create_connection

    def connected(address: tuple[str, int], *args: object, **options: object) -> socket.socket:
        ports.append(address[1])
        return real(("127.0.0.1", address[1]), *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "create_connection", connected)
    monkeypatch.setattr(network, "public", lambda _: ports[-1] == registry_server.port)
    with pytest.raises(Refused, match="private network"):
        fetcher.get(Place("npm", f"http://public.test:{registry_server.port}/"), "p")
    assert ports == [registry_server.port, other.port]
    assert other.requests == []


def test_a_connection_of_a_private_place_is_no_way_in_for_a_public_one(
    fetcher: Fetcher, place: Place, registry_server: RegistryServer
) -> None:
    registry_server.route("p", b"{}")
    registry_server.route("q", b"{}")
    fetcher.get(place, "p")
    with pytest.raises(Refused):
        fetcher.get(Place("pypi", "http://public.test/"), f"{registry_server.url}q")
    assert registry_server.paths() == ["/p"]


@pytest.mark.parametrize(
    "inside",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
        *(
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "fe80::1%eth0",
            "fd00::1",
            "ff02::1",
        ),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::", "no"),
    ],
)
def test_addresses_inside(inside: str) -> None:
    assert not public(inside)


@pytest.mark.parametrize("outside", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_addresses_outside(outside: str) -> None:
    assert public(outside)


def test_hosts_written_as_addresses() -> None:
    assert all(literal(host) for host in ("127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]"))
    assert not any(literal(host) for host in ("registry.example.test", "1and1.test"))


def test_hosts_that_are_in_a_private_network_as_they_are_written() -> None:
    named = ("localhost", "LOCALHOST.", "a.localhost", "intranet", "db.internal", "nas.home.arpa")
    assert all(inside(host) for host in (*named, "127.1", "10.0.0.7", "[::1]", "::1", "127.0.0.1."))
    assert not any(inside(host) for host in ("a.example.test", "local.example.test", "1.1.1.1"))


def test_behind_a_proxy_addresses_are_judged_as_they_are_written(
    registry_server: RegistryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://user:pass@127.0.0.1:{registry_server.port}")
    registry_server.route("p", b"{}")
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        fetcher.get(Place("npm", "http://registry.test/"), "p")
        seen = registry_server.requests[0]
        assert seen.path == "http://registry.test/p"
        assert seen.headers["proxy-authorization"].startswith("Basic ")
        for host in ("localhost", "127.0.0.1", "10.0.0.7", "127.1", "[::1]", "db.internal"):
            with pytest.raises(Refused):
                fetcher.get(Place("npm", "http://registry.test/"), f"http://{host}/p")
    assert len(registry_server.requests) == 1


@pytest.mark.parametrize(
    ("left_out", "found"),
    [
        *(("localhost,127.0.0.1", True), ("127.0.0.0/8", True), ("*", True)),
        *(("b.test", False), ("10.0.0.0/8", False), ("0.0.1", True), ("127.0.0.1:9", False)),
    ],
)
def test_no_proxy_is_respected(
    left_out: str,
    found: bool,
    place: Place,
    registry_server: RegistryServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", left_out)
    registry_server.route("p", b"{}")
    with Fetcher(tmp_path, limits=QUICK) as fetcher:
        if found:
            assert fetcher.get(place, "p").body == b"{}"
        else:
            with pytest.raises(Unavailable, match="cannot be reached"):
                fetcher.get(place, "p")


def test_a_proxy_that_is_not_spoken_to_is_said(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    with Fetcher(tmp_path, limits=QUICK) as fetcher, pytest.raises(Unavailable, match="ALL_PROXY"):
        fetcher.get(place, "p")


def test_addresses_that_are_not_asked() -> None:
    files = Place("pypi", "file:///opt/index/simple/", private=True)
    with pytest.raises(Refused, match="index in files"):
        address(files, "django/")
    with pytest.raises(Refused, match="speak HTTP"):
        address(Place("cargo", "git+https://index.example.test/"), "se/rd/serde")
    with pytest.raises(Refused, match="no address"):
        address(Place("cargo", ""), "se/rd/serde")
    with pytest.raises(Refused, match="credentials"):
        led_to("https://a.test/", "https://user:password@a.test/")
    with pytest.raises(Refused, match="without encryption"):
        led_to("https://a.test/x", "http://a.test/x")
    for wrong in ("https://[::1", "https://a.test:99999/", "https://a.test/\x7f"):
        with pytest.raises(Malformed):
            led_to("https://a.test/", wrong)
    assert led_to("http://a.test/x/y", "../z") == "http://a.test/z"
    npm = Place("npm", "https://a.test/npm/")
    assert address(npm, "@babel%2fcore") == "https://a.test/npm/@babel%2fcore"
