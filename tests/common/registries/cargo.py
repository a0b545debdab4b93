"""A cargo registry on the loopback server: sparse index and API, in the shape of the real ones.

A package is a small dictionary::

    {"openssl-sys": {"description": "Bindings", "owners": 2, "versions": {
        "0.9.0": {"deps": {"libc": "^0.2", "cc": {"req": "^1", "kind": "build"}},
                  "links": "openssl", "license": "MIT", "yanked": False}}}}

``index`` and ``api`` (both True) say whether the crate is there; other keys of a crate or a version
stand in the documents as they are given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.common.registries.server import RegistryServer

INDEX = "cargo/index"
API = "cargo/api/v1"
PUBLISHED = "2024-01-02T03:04:05.678901+00:00"
Given = Mapping[str, Any]


def cargo_serve(server: RegistryServer, packages: Mapping[str, Given]) -> None:
    """Answer for these crates, and with a ``config.json`` that names the API."""
    config = {"dl": f"{server.url}{API}/crates", "api": f"{server.url}cargo"}
    server.route(f"{INDEX}/config.json", config)
    for name, given in packages.items():
        if given.get("index", True):
            server.route(f"{INDEX}/{index_file(name)}", index_lines(name, given))
        if given.get("api", True):
            _api_serve(server, name, given)


def index_file(name: str) -> str:
    """Where cargo looks for a crate."""
    lower = name.lower()
    folders = {1: ["1"], 2: ["2"], 3: ["3", lower[:1]]}
    return "/".join([*folders.get(len(lower), [lower[:2], lower[2:4]]), lower])


def index_lines(name: str, given: Given) -> str:
    """The file of a crate: a line for each version."""
    versions = given.get("versions", {})
    return "".join(json.dumps(_entry(name, *one)) + "\n" for one in versions.items())


def crate_document(name: str, given: Given) -> dict[str, Any]:
    """The answer of ``crates/NAME``."""
    versions = given.get("versions", {})
    keywords = given.get("keywords", [])
    crate = {
        "id": name,
        "name": name,
        "description": given.get("description"),
        "homepage": given.get("homepage"),
        "documentation": None,
        "repository": given.get("repository"),
        "keywords": keywords,
        "categories": [],
        "badges": [],
        "downloads": given.get("downloads", 1_000),
        "recent_downloads": given.get("recent_downloads", 100),
        "default_version": given.get("default_version"),
        "max_stable_version": given.get("max_stable_version"),
        "num_versions": len(versions),
        "yanked": False,
        "created_at": PUBLISHED,
        "updated_at": PUBLISHED,
        "exact_match": False,
        "trustpub_only": False,
        "links": {"owners": f"/api/v1/crates/{name}/owners"},
    }
    return {
        "crate": crate,
        "versions": [_published(name, *one) for one in reversed(versions.items())],
        "keywords": [{"id": word, "keyword": word, "crates_cnt": 1} for word in keywords],
        "categories": [],
    }


def _api_serve(server: RegistryServer, name: str, given: Given) -> None:
    root = f"{API}/crates/{name}"
    owners = [
        {"id": number, "login": f"owner-{number}", "kind": "user"}
        for number in range(given.get("owners", 1))
    ]
    server.route(root, crate_document(name, given))
    server.route(f"{root}/owners", {"users": owners})
    for version, one in given.get("versions", {}).items():
        listed = [_listed(*need) for need in one.get("deps", {}).items()]
        server.route(f"{root}/{version}/dependencies", {"dependencies": listed})


def _entry(name: str, version: str, given: Given) -> dict[str, Any]:
    entry = {
        "name": name,
        "vers": version,
        "deps": [_need(*need) for need in given.get("deps", {}).items()],
        "cksum": "0" * 64,
        "features": given.get("features", {}),
        "yanked": given.get("yanked", False),
        "links": given.get("links"),
    }
    extra = {key: given[key] for key in ("features2", "pubtime", "v") if key in given}
    return entry | extra


def _need(name: str, given: str | Given) -> dict[str, Any]:
    need = {
        "name": name,
        "req": "*",
        "features": [],
        "optional": False,
        "default_features": True,
        "target": None,
        "kind": "normal",
    }
    return need | ({"req": given} if isinstance(given, str) else dict(given))


def _listed(name: str, given: str | Given) -> dict[str, Any]:
    need = _need(name, given)
    return {
        "id": 1,
        "version_id": 1,
        "crate_id": need.get("package") or need["name"],
        **{key: need[key] for key in ("req", "optional", "features", "target", "kind")},
        "default_features": True,
        "downloads": 0,
    }


def _published(name: str, version: str, given: Given) -> dict[str, Any]:
    published = {
        "id": 1,
        "crate": name,
        "num": version,
        "created_at": PUBLISHED,
        "updated_at": PUBLISHED,
        "downloads": 10,
        "features": given.get("features", {}),
        "yanked": False,
        "yank_message": None,
        "lib_links": given.get("links"),
        "license": None,
        "crate_size": 1_000,
        "rust_version": None,
        "has_lib": True,
        "bin_names": [],
        "linecounts": None,
    }
    return published | {key: given[key] for key in published if key in given}
