"""Where Elixir and Erlang packages are, as hex is configured."""

from __future__ import annotations

from apps.centralcloud.package_sync.engine.places import defaults
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
    default, environ = defaults.hex_(), around.environ
    mirror, api = environ.get("HEX_MIRROR", ""), environ.get("HEX_API_URL", "")
    api, headers = credentials_taken(slashed(api) if api else default.api)
    key = environ.get("HEX_API_KEY", "")
    return Place(
        "hex",
        slashed(mirror) if mirror else default.url,
        api,
        {"Authorization": key} if key else headers,
        private=api != default.api,
        owner=api,
    )
