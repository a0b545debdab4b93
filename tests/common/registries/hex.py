"""A hex API on the loopback server, in the shape of the real one.

A package is a small dictionary::

    {"jason": {"description": "JSON", "licenses": ["Apache-2.0"], "links": {"GitHub": "https://..."},
               "owners": 2, "retirements": {"1.0.0": {"reason": "security", "message": "..."}},
               "releases": {"1.0.0": {"requirements": {"decimal": "~> 2.0"},
                                      "build_tools": ["mix"]}}}}

A requirement may be a dictionary with ``requirement``, ``optional`` and ``repository``. With
``organization`` the package is one of a private repository.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.common.registries.server import RegistryServer

API = "hex/api"
RELEASED = "2024-01-02T03:04:05.678901Z"
Given = Mapping[str, Any]


def hex_serve(server: RegistryServer, packages: Mapping[str, Given]) -> None:
    """Answer for these packages and all their releases."""
    for name, given in packages.items():
        organization = given.get("organization", "")
        root = f"{API}/repos/{organization}" if organization else API
        server.route(f"{root}/packages/{name}", package_document(name, given))
        for version, release in given.get("releases", {}).items():
            path = f"{root}/packages/{name}/releases/{version}"
            server.route(path, release_document(name, version, release))


def package_document(name: str, given: Given) -> dict[str, Any]:
    """The answer of ``packages/NAME``."""
    releases = given.get("releases", {})
    return {
        "name": name,
        "repository": given.get("organization", "hexpm"),
        "url": f"/api/packages/{name}",
        "html_url": f"/packages/{name}",
        "docs_html_url": None,
        "private": None,
        "inserted_at": RELEASED,
        "updated_at": RELEASED,
        "latest_version": next(reversed(releases), None),
        "latest_stable_version": given.get("latest_stable_version"),
        "meta": {
            "description": given.get("description"),
            "licenses": given.get("licenses", []),
            "links": given.get("links", {}),
            "maintainers": [],
        },
        "downloads": given.get("downloads", {"all": 1_000, "recent": 100, "week": 7, "day": 1}),
        "owners": [
            {"username": f"owner-{number}", "email": None, "url": f"/api/users/owner-{number}"}
            for number in range(given.get("owners", 1))
        ],
        "releases": [
            {
                "version": version,
                "url": f"/api/packages/{name}/releases/{version}",
                "has_docs": True,
                "inserted_at": release.get("inserted_at", RELEASED),
            }
            for version, release in reversed(releases.items())
        ],
        "retirements": given.get("retirements", {}),
        "configs": {"mix.exs": f'{{:{name}, "~> 1.0"}}'},
    }


def release_document(name: str, version: str, given: Given) -> dict[str, Any]:
    """The answer of ``packages/NAME/releases/VERSION``."""
    needs = given.get("requirements", {})
    return {
        "version": version,
        "checksum": "0" * 64,
        "has_docs": True,
        "inserted_at": given.get("inserted_at", RELEASED),
        "updated_at": RELEASED,
        "downloads": 10,
        "retirement": None,
        "publisher": None,
        "package_url": f"/api/packages/{name}",
        "url": f"/api/packages/{name}/releases/{version}",
        "meta": {
            "app": name,
            "build_tools": given.get("build_tools", ["mix"]),
            "elixir": "~> 1.14",
        },
        "requirements": {need: _requirement(need, one) for need, one in needs.items()},
    }


def _requirement(name: str, given: str | Given) -> dict[str, Any]:
    requirement = {"app": name, "optional": False, "requirement": ">= 0.0.0"}
    return requirement | ({"requirement": given} if isinstance(given, str) else dict(given))
