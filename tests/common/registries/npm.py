"""A registry of npm's kind on the loopback server, in the shape of the real one.

A package is a small dictionary::

    {"@demo/core": {"description": "Demo", "maintainers": 2, "latest": "1.1.0", "versions": {
        "1.0.0": {"dependencies": {"ms": "^2.1.0"}, "license": "MIT", "deprecated": "use 1.1"},
        "1.1.0": {"released": "2024-05-01T00:00:00.000Z", "size": 1000}},
        "gone": {"0.9.0": "2023-01-01T00:00:00.000Z"}, "downloads": 500}}

``gone`` are versions that were withdrawn; ``unpublished`` (a day) takes the whole package back.
Other keys of a version stand in its manifest as they are given. Both forms of the packument are
served, as ``Accept`` asks; so are the manifest of the latest version and the downloads, the latter
where a place's ``api`` is ``npm-api/``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.common.registries.server import RegistryServer

ROOT = "npm"
API = "npm-api"
PUBLISHED = "2024-01-02T03:04:05.678Z"
ABBREVIATED = "application/vnd.npm.install-v1+json"
Given = Mapping[str, Any]
_OURS = frozenset({"released", "size"})
_INSTALLED = (
    *("name", "version", "dist", "deprecated", "dependencies", "optionalDependencies"),
    *("devDependencies", "bundleDependencies", "peerDependencies", "peerDependenciesMeta"),
    *("bin", "directories", "engines", "cpu", "os", "hasInstallScript"),
)
"""What the abbreviated form keeps of a version."""


def npm_serve(server: RegistryServer, packages: Mapping[str, Given]) -> None:
    """Answer for these packages."""
    for name, given in packages.items():
        path = f"{ROOT}/{name.replace('/', '%2f')}"
        whole = packument(name, given)
        server.route(path, whole, headers={"Content-Type": "application/json"})
        latest = whole.get("dist-tags", {}).get("latest")
        for version, manifest in whole.get("versions", {}).items():
            server.route(f"{path}/{version}", manifest)
            if version == latest:
                server.route(f"{path}/latest", manifest)
        if "downloads" in given:
            _downloads_serve(server, name, given["downloads"])


def npm_serve_abbreviated(server: RegistryServer, name: str, given: Given) -> None:
    """Answer for a package with its abbreviated packument only."""
    path = f"{ROOT}/{name.replace('/', '%2f')}"
    server.route(path, abbreviated(name, given), headers={"Content-Type": ABBREVIATED})


def packument(name: str, given: Given) -> dict[str, Any]:
    """The whole packument."""
    if "unpublished" in given:
        return _unpublished(name, given)
    versions = given.get("versions", {})
    latest = given.get("latest") or next(reversed(versions), None)
    manifests = {version: manifest(name, version, one) for version, one in versions.items()}
    times = {version: one.get("released", PUBLISHED) for version, one in versions.items()}
    return {
        "_id": name,
        "_rev": "3-0123456789abcdef0123456789abcdef",
        "name": name,
        "dist-tags": {"latest": latest} | given.get("tags", {}),
        "versions": manifests,
        "time": {"created": PUBLISHED, "modified": PUBLISHED, **given.get("gone", {}), **times},
        "maintainers": _people(given.get("maintainers", 1)),
        "readme": "# Demo",
        "readmeFilename": "README.md",
        **{key: given[key] for key in _top(given)},
    }


def abbreviated(name: str, given: Given) -> dict[str, Any]:
    """The packument as clients that install ask for it."""
    whole = packument(name, given)
    versions = {
        version: {key: one[key] for key in _INSTALLED if key in one}
        for version, one in whole["versions"].items()
    }
    return {
        "name": name,
        "dist-tags": whole["dist-tags"],
        "versions": versions,
        "modified": whole["time"]["modified"],
    }


def manifest(name: str, version: str, given: Given) -> dict[str, Any]:
    """One version, as its ``package.json`` was when it was published, with what npm adds."""
    return {
        "name": name,
        "version": version,
        "_id": f"{name}@{version}",
        "_nodeVersion": "20.0.0",
        "_npmVersion": "10.0.0",
        "dist": {
            "integrity": "sha512-AAAA",
            "shasum": "0" * 40,
            "tarball": f"https://registry.example.org/{name}/-/{version}.tgz",
            "fileCount": 3,
            "unpackedSize": given.get("size", 1_000),
            "signatures": [{"keyid": "SHA256:demo", "sig": "AAAA"}],
        },
        "_npmUser": {"name": "owner-0", "email": "owner-0@example.org"},
        "maintainers": _people(1),
        "_hasShrinkwrap": False,
        **{key: value for key, value in given.items() if key not in _OURS},
    }


def _unpublished(name: str, given: Given) -> dict[str, Any]:
    """What is left of a package that was taken back: no version, only their times."""
    versions = given.get("versions", {})
    times = {version: one.get("released", PUBLISHED) for version, one in versions.items()}
    when = {"time": given["unpublished"], "versions": list(versions)}
    time = {"created": PUBLISHED, "modified": PUBLISHED, **times, "unpublished": when}
    return {"_id": name, "name": name, "time": time}


def _top(given: Given) -> list[str]:
    keys = ("description", "keywords", "homepage", "repository", "license", "bugs", "author")
    return [key for key in keys if key in given]


def _people(number: int) -> list[dict[str, str]]:
    return [{"name": f"owner-{one}", "email": f"owner-{one}@example.org"} for one in range(number)]


def _downloads_serve(server: RegistryServer, name: str, downloads: int) -> None:
    answer = {"downloads": downloads, "start": "2024-04-02", "end": "2024-05-01", "package": name}
    server.route(f"{API}/downloads/point/last-month/{name}", answer)
