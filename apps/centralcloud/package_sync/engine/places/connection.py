"""How the hosts of a registry are connected to, as the user configured its client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self
from urllib.parse import SplitResult, urlsplit

_HTTPS = 443


@dataclass(frozen=True, slots=True)
class Given:
    """A value, and the setting that it is of, as people are told. A proxy's may hold a password."""

    value: str = field(repr=False)
    setting: str


@dataclass(frozen=True, slots=True)
class Authority:
    """Certificates of authorities: a file or a folder of them, or their text (PEM)."""

    setting: str
    path: str = ""
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Unverified:
    """A host whose certificate is not checked, as the user wants it; port 0 stands for all."""

    host: str
    port: int
    setting: str

    @classmethod
    def at(cls, url: str, setting: str) -> Self:
        """The host and port of an address, and no other."""
        parts = urlsplit(url)
        return cls(parts.hostname or "", _port(parts), setting)

    def covers(self, url: str) -> bool:
        """Whether an address is of this host."""
        parts = urlsplit(url)
        same = parts.scheme == "https" and parts.hostname == self.host
        return same and self.port in (0, _port(parts))


@dataclass(frozen=True, slots=True)
class Connection:
    """What connections for a registry are made with.

    ``authorities`` stand for the system's certificates where there are any, as with every client;
    ``besides`` are trusted too. ``http`` and ``https`` are the proxies for addresses of these
    schemes, and ``direct`` the hosts asked without one, as NO_PROXY lists them.

    ``unverified``: switches that turn verification off (npm's ``strict-ssl=false``, pip's
    ``trusted-host``, ``HEX_UNSAFE_HTTPS``) are respected, for whoever set them reads packages over
    that connection anyway. They count for the hosts that they name, or where they name none for
    the registry's own, never for where those lead, and never for a proxy; a line in the log says
    so, and answers read that way are kept apart from verified ones.
    """

    authorities: tuple[Authority, ...] = ()
    besides: tuple[Authority, ...] = ()
    http: Given | None = None
    https: Given | None = None
    direct: str = ""
    unverified: tuple[Unverified, ...] = ()

    def trusting(self, *authorities: Authority) -> Self:
        """The same with these authorities alone, where there are any."""
        return replace(self, authorities=authorities, besides=()) if authorities else self

    def through(self, proxy: Given | None) -> Self:
        """The same with one proxy for everything, where there is one."""
        return replace(self, http=proxy, https=proxy) if proxy else self

    def unverified_by(self, url: str) -> str:
        """The setting by which the certificate at an address is not checked; empty where it is."""
        found = (each.setting for each in self.unverified if each.covers(url))
        return next(found, "")


def standard(environ: Mapping[str, str]) -> Connection:
    """By the variables that all programs understand.

    SSL_CERT_FILE and SSL_CERT_DIR stand for the system's certificates (OpenSSL,
    ``SSL_CTX_set_default_verify_paths``). Of proxies' variables the one in lower case wins, even
    where it is empty, and ALL_PROXY is for the schemes that have none of their own.
    """
    no_proxy = _either("NO_PROXY", environ)
    return Connection(
        authorities=named("SSL_CERT_FILE", environ) + named("SSL_CERT_DIR", environ),
        http=_either("HTTP_PROXY", environ) or _either("ALL_PROXY", environ),
        https=_either("HTTPS_PROXY", environ) or _either("ALL_PROXY", environ),
        direct=no_proxy.value if no_proxy else "",
    )


def python(environ: Mapping[str, str]) -> Connection:
    """By those, and by the two that Python's programs understand (requests, "SSL verification")."""
    bundle = named("REQUESTS_CA_BUNDLE", environ) or named("CURL_CA_BUNDLE", environ)
    return standard(environ).trusting(*bundle)


def named(name: str, environ: Mapping[str, str]) -> tuple[Authority, ...]:
    """The authorities that a variable names; several folders stand between colons."""
    value = environ.get(name, "")
    paths = value.split(":") if name.endswith("_DIR") else [value]
    return tuple(Authority(name, path) for path in paths if path)


def _port(parts: SplitResult) -> int:
    """The port of an encrypted address; one that is none is the port of no host."""
    try:
        return parts.port or _HTTPS
    except ValueError:
        return -1


def _either(name: str, environ: Mapping[str, str]) -> Given | None:
    value = environ.get(name.lower(), environ.get(name, "")).strip()
    return Given(value, name) if value else None
