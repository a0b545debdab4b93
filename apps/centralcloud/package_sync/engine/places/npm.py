"""Where JavaScript packages are, as npm is configured."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from apps.centralcloud.package_sync.engine.places import defaults
from apps.centralcloud.package_sync.engine.places.connection import (
    Authority,
    Connection,
    Given,
    Unverified,
    named,
    standard,
)
from apps.centralcloud.package_sync.engine.places.npmrc import npm_settings
from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.places.surroundings import (
    Surroundings,
    basic,
    credentials_taken,
    slashed,
)

_NOTHING = ("", "null", "false", "undefined")


def npm_place(around: Surroundings) -> Place:
    """The registry that npm asks, those of scopes, each with the credentials for it."""
    settings = npm_settings(around)
    connection = _connection(settings, around)
    scopes = {
        name.removesuffix(":registry"): _place(value, settings, connection)
        for name, value in settings.items()
        if name.startswith("@") and name.endswith(":registry")
    }
    made = _place(settings.get("registry", ""), settings, connection)
    return replace(made, scopes=scopes)


def _place(configured: str, settings: Mapping[str, str], connection: Connection) -> Place:
    default = defaults.npm()
    url, headers = credentials_taken(slashed(configured) if configured else default.url)
    if settings.get("strict-ssl", "true") in ("false", "null", "0"):
        unverified = Unverified.at(url, "npm's strict-ssl")
        connection = replace(connection, unverified=(unverified,))
    return Place(
        "npm",
        url,
        headers=headers or _credentials(url, settings),
        private=url != default.url,
        connection=connection,
    )


def _connection(settings: Mapping[str, str], around: Surroundings) -> Connection:
    """By ``ca``, ``cafile``, ``https-proxy``, ``proxy`` and ``noproxy`` (npm's "config").

    Either proxy is for both schemes, ``https-proxy`` first, as npm-registry-fetch hands them on;
    where there is none, the variables of the environment count. NODE_EXTRA_CA_CERTS counts beside
    Node's certificates, and not beside ``ca`` or ``cafile``, which stand for all.
    """
    made = replace(standard(around.environ), besides=named("NODE_EXTRA_CA_CERTS", around.environ))
    proxy = _of("https-proxy", settings) or _of("proxy", settings)
    direct = _of("noproxy", settings)
    made = made.trusting(*_authorities(settings, around)).through(proxy)
    return replace(made, direct=direct.value) if direct else made


def _authorities(settings: Mapping[str, str], around: Surroundings) -> list[Authority]:
    """Certificates as text, its ends of lines written as a backslash and n; those of a file."""
    text, file = _of("ca", settings), _of("cafile", settings)
    found = [Authority(text.setting, text=text.value.replace("\\n", "\n"))] if text else []
    return [*found, Authority(file.setting, around.file(file.value))] if file else found


def _of(name: str, settings: Mapping[str, str]) -> Given | None:
    value = settings.get(name, "").strip()
    return None if value in _NOTHING else Given(value, f"npm's {name}")


def _credentials(url: str, settings: Mapping[str, str]) -> dict[str, str]:
    """Those of the longest path above the registry's, down to its host."""
    parts = urlsplit(url)
    path = parts.path
    while True:
        key = f"//{parts.netloc}{path}"
        found = _of_key(key, settings) or _of_key(key.rstrip("/"), settings)
        if found or path == "/":
            return found
        path = path.rstrip("/").rpartition("/")[0] + "/"


def _of_key(key: str, settings: Mapping[str, str]) -> dict[str, str]:
    token, pair = settings.get(f"{key}:_authToken"), settings.get(f"{key}:_auth")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if pair:
        return {"Authorization": f"Basic {pair}"}
    user, password = settings.get(f"{key}:username"), settings.get(f"{key}:_password")
    if not user or not password:
        return {}
    try:
        return basic(user, b64decode(password).decode())
    except (Error, UnicodeDecodeError):
        return {}
