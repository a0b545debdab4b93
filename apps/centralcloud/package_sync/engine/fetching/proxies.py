"""The proxy that the environment sets for an address."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from apps.centralcloud.package_sync.engine.fetching.addresses import literal, public
from apps.centralcloud.package_sync.engine.registry import Refused, Unavailable


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy by its address, which may hold credentials."""

    url: str

    @property
    def encrypted(self) -> bool:
        """Whether the proxy itself is spoken to through TLS."""
        return urlsplit(self.url).scheme == "https"

    def of_pool(self, context: ssl.SSLContext | None) -> httpcore.Proxy:
        """As a pool of connections wants it.

        Raises:
            Unavailable: it speaks something else than HTTP.
        """
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Unavailable("only http and https proxies are spoken to (HTTPS_PROXY)")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        port = parts.port or (443 if self.encrypted else 80)
        auth = None
        if parts.username:
            auth = (unquote(parts.username), unquote(parts.password or ""))
        return httpcore.Proxy(
            f"{parts.scheme}://{host}:{port}",
            auth=auth,
            ssl_context=context if self.encrypted else None,
        )


class Proxies:
    """By HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, as they are when it is made."""

    def __init__(self) -> None:
        self._proxies = getproxies()

    def of(self, url: httpx.URL, *, guarded: bool) -> Proxy | None:
        """The proxy for an address.

        A proxy resolves names itself, so behind one a ``guarded`` address is judged as it is
        written.

        Raises:
            Refused: the address is one of a private network.
        """
        found = self._proxies.get(url.scheme) or self._proxies.get("all")
        if not found or proxy_bypass(url.host):
            return None
        inside = url.host == "localhost" or (literal(url.host) and not public(url.host))
        if guarded and inside:
            raise Refused("the registry leads to an address inside a private network")
        return Proxy(found if "://" in found else f"http://{found}")
