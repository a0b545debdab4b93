"""Where Elixir and Erlang packages are, as hex is configured."""

from __future__ import annotations

from dataclasses import replace

from apps.centralcloud.package_sync.engine.places import defaults
from apps.centralcloud.package_sync.engine.places.connection import (
    Authority,
    Connection,
    Unverified,
    standard,
)
from apps.centralcloud.package_sync.engine.places.hex_config import HexSettings
from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.places.surroundings import (
    Surroundings,
    credentials_taken,
    slashed,
)


def hex_place(around: Surroundings) -> Place:
    """The repository by HEX_MIRROR and the API by HEX_API_URL, else the public ones.

    A mirror of the repository has no API of its own, so the one alone does not move the other, as
    with hex itself. HEX_API_KEY is for the API and goes to its host only.
    """
    default, settings = defaults.hex_(), HexSettings(around)
    mirror = settings.get("mirror_url", "HEX_MIRROR_URL", "HEX_MIRROR")
    named, key = settings.get("api_url", "HEX_API_URL"), settings.get("api_key", "HEX_API_KEY")
    api, headers = credentials_taken(slashed(named.value) if named else default.api)
    url = slashed(mirror.value) if mirror else default.url
    return Place(
        "hex",
        url,
        api,
        {"Authorization": key.value} if key else headers,
        private=api != default.api,
        owner=api,
        connection=_connection(settings, around, url, api),
    )


def _connection(settings: HexSettings, around: Surroundings, *urls: str) -> Connection:
    """By HEX_CACERTS_PATH, HEX_UNSAFE_HTTPS and hex's own file.

    hex has no variables of its own for proxies: it takes HTTP_PROXY, HTTPS_PROXY and NO_PROXY, and
    what its file says of them where they are not set.
    """
    made, path = standard(around.environ), settings.get("cacerts_path", "HEX_CACERTS_PATH")
    if path:
        made = made.trusting(Authority(path.setting, around.file(path.value)))
    direct = settings.get("no_proxy")
    unsafe = settings.get("unsafe_https", "HEX_UNSAFE_HTTPS")
    off = unsafe.setting if unsafe and unsafe.value in ("1", "true") else ""
    return replace(
        made,
        http=made.http or settings.get("http_proxy"),
        https=made.https or settings.get("https_proxy"),
        direct=made.direct or (direct.value if direct else ""),
        unverified=tuple(Unverified.at(url, off) for url in urls if off),
    )
