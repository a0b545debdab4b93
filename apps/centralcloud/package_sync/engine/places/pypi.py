"""Where Python packages are, as pip is configured."""

from __future__ import annotations

import netrc
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from apps.centralcloud.package_sync.engine.places import defaults
from apps.centralcloud.package_sync.engine.places.connection import (
    Authority,
    Connection,
    Given,
    Unverified,
    python,
)
from apps.centralcloud.package_sync.engine.places.pip import PipSettings
from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.places.surroundings import (
    Surroundings,
    basic,
    credentials_taken,
    slashed,
)


def pypi_place(around: Surroundings) -> Place:
    """The index that pip reads first, with the credentials for it; else the public one."""
    pip, default = PipSettings(around), defaults.pypi()
    configured = pip.get("index-url")
    url, headers = credentials_taken(slashed(configured.value) if configured else default.url)
    headers = headers or (_netrc(around, url) if configured else {})
    return Place(
        "pypi",
        url,
        json_api(url),
        headers,
        private=url != default.url,
        connection=_connection(pip, around),
    )


def json_api(index: str) -> str:
    """The JSON API beside a simple index, where mirrors that have one put it; else empty."""
    return index.removesuffix("simple/") + "pypi/" if index.endswith("/simple/") else ""


def _connection(pip: PipSettings, around: Surroundings) -> Connection:
    """By ``cert``, ``proxy`` and ``trusted-host`` (pip's documentation, "pip" and "HTTPS").

    ``proxy`` is for every address: pip lets requests read no variable of proxies beside it,
    NO_PROXY among them.
    """
    made, cert, proxy = python(around.environ), pip.get("cert"), pip.get("proxy")
    if cert:
        made = made.trusting(Authority(cert.setting, around.file(cert.value)))
    if proxy:
        made = replace(made.through(proxy), direct="")
    return replace(made, unverified=tuple(_trusted(pip.get("trusted-host"))))


def _trusted(hosts: Given | None) -> Iterator[Unverified]:
    """Hosts, or hosts with a port, as pip splits them."""
    for entry in hosts.value.split() if hosts else ():
        try:
            parts = urlsplit(f"//{entry}")
            host, port = parts.hostname, parts.port or 0
        except ValueError:
            continue  # pip says so to whoever uses it; it names no host
        if host and hosts:
            yield Unverified(host, port, hosts.setting)


def _netrc(around: Surroundings, url: str) -> dict[str, str]:
    """Name and password of exactly this host in the user's netrc file."""
    path = around.path("NETRC", around.home / ".netrc")
    try:
        entry = netrc.netrc(str(path)).hosts.get(urlsplit(url).hostname or "")
    except (OSError, netrc.NetrcParseError):
        return {}
    return basic(entry[0], entry[2]) if entry else {}
