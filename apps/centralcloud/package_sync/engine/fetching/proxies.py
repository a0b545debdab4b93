"""The proxy for an address, as a registry's client or the environment sets it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from apps.centralcloud.package_sync.engine.fetching.addresses import inside
from apps.centralcloud.package_sync.engine.places.connection import Connection, Given
from apps.centralcloud.package_sync.engine.registry import Refused, Unavailable

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy by its address, which may hold credentials, and the setting that names it."""

    given: Given

    @property
    def encrypted(self) -> bool:
        """Whether the proxy itself is spoken to through TLS."""
        return self._url.lower().startswith("https:")

    def of_pool(self, context: ssl.SSLContext | None) -> httpcore.Proxy:
        """As a pool of connections wants it.

        Raises:
            Unavailable: it speaks something else than HTTP, or its address is none.
        """
        try:
            parts = urlsplit(self._url)
            host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            host, port = "", 0
        if not host or parts.scheme not in _PORTS:
            raise Unavailable(f"{self.given.setting} names no http or https proxy")
        host = f"[{host}]" if ":" in host else host
        auth = None
        if parts.username:
            auth = (unquote(parts.username), unquote(parts.password or ""))
        context = context if self.encrypted else None
        return httpcore.Proxy(f"{parts.scheme}://{host}:{port}", auth=auth, ssl_context=context)

    @property
    def _url(self) -> str:
        value = self.given.value
        return value if "://" in value else f"http://{value}"


def proxy_of(connection: Connection, url: httpx.URL, *, guarded: bool) -> Proxy | None:
    """The proxy that an address is asked through; None where it is asked directly.

    The guard against private addresses looks at the address that is really connected to, and
    behind a proxy that is the proxy's own: the user named it, so it may lie anywhere. The proxy
    resolves names itself, often such as this machine cannot, so a ``guarded`` address is judged as
    it is written: neither an address of a private network nor a name that only exists in one. A
    public name that resolves to a private address there is the proxy's to refuse: it is the border
    that the user's network put up. What NO_PROXY leaves out is connected to, and judged, here.

    Raises:
        Refused: the address is one of a private network.
    """
    given = connection.https if url.scheme == "https" else connection.http
    if given is None or _direct(url, connection.direct):
        return None
    if guarded and inside(url.host):
        raise Refused("the registry leads to an address inside a private network")
    return Proxy(given)


def _direct(url: httpx.URL, listed: str) -> bool:
    """Whether a host is in a list like NO_PROXY: by its name or its end, its port, its network."""
    entries = [entry.strip().lower() for entry in listed.split(",")]
    return any(_is_of(entry, url) for entry in entries if entry)


def _is_of(entry: str, url: httpx.URL) -> bool:
    if "/" in entry:
        return _in_network(url.host, entry)
    name = entry.removeprefix("*").lstrip(".")
    hosts = (url.host, f"{url.host}:{url.port or _PORTS[url.scheme]}")
    return entry == "*" or any(host == name or host.endswith(f".{name}") for host in hosts)


def _in_network(host: str, network: str) -> bool:
    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False  # a name, or an entry that is no network
