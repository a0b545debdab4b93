"""A Python index on the loopback server: simple API, core metadata and JSON API, as the real one.

A project is a small dictionary::

    {"Demo.Project": {"latest": "1.1", "owners": ["ann", "bob"], "status": "archived",
        "info": {"summary": "Demo", "license_expression": "MIT"}, "versions": {
            "1.0": {"requires": ["six>=1.0"], "yanked": "broken", "vulnerabilities": [...]},
            "1.1": {"requires": ["six"], "wheels": ["cp311-cp311-win_amd64"], "sdist": True,
                    "build": ["maturin>=1"], "metadata": True, "info": {}}}}}

``info`` of a project goes for all versions. ``simple``, ``api`` (both True) and ``html`` (False)
say what the index has. A version without ``wheels`` has a universal one; ``[]`` is none.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any

from packaging.utils import canonicalize_name, canonicalize_version

from tests.common.registries.server import RegistryServer

SIMPLE = "pypi/simple"
API = "pypi/pypi"
FILES = "pypi/files"
UPLOADED = "2024-01-02T03:04:05.678901Z"
JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "application/vnd.pypi.simple.v1+html"
UNIVERSAL = ("py3-none-any",)
Given = Mapping[str, Any]


@dataclass(frozen=True)
class Made:
    """A file of a version, and what stands beside it."""

    name: str
    given: Given
    metadata: bytes | None
    body: bytes = b""

    @property
    def size(self) -> int:
        """Bytes, as they are given or as they are."""
        return int(self.given.get("size", len(self.body) or 2_000))


def pypi_serve(server: RegistryServer, projects: Mapping[str, Given]) -> None:
    """Answer for these projects."""
    for name, given in projects.items():
        if given.get("simple", True):
            _simple_serve(server, name, given)
        if given.get("api", True):
            _api_serve(server, name, given)
        for version, one in given.get("versions", {}).items():
            for file in files_of(name, version, one, given):
                _file_serve(server, file)


def simple_document(name: str, given: Given) -> dict[str, Any]:
    """The project's page of the simple API in JSON."""
    made = list(_everything(name, given))
    status = {"status": given["status"]} if "status" in given else {}
    status |= {"reason": given["reason"]} if "reason" in given else {}
    return {
        "meta": {"api-version": "1.4", "_last-serial": 1},
        "name": canonicalize_name(name),
        "alternate-locations": [],
        "project-status": status or {"status": "active"},
        "versions": list(given.get("versions", {})),
        "files": [_listed(file) for file in made],
    }


def simple_page(name: str, given: Given) -> str:
    """The same page in HTML, with links relative to it."""
    links = "".join(_link(file) for file in _everything(name, given))
    metas = "".join(
        f'<meta name="pypi:project-{key}" content="{escape(given[field])}">'
        for key, field in (("status", "status"), ("status-reason", "reason"))
        if field in given
    )
    return f"<!DOCTYPE html><html><head>{metas}</head><body>{links}</body></html>"


def project_document(name: str, version: str, given: Given, *, whole: bool) -> dict[str, Any]:
    """What the JSON API says of a project under one version, or of that version alone."""
    versions = given.get("versions", {})
    one = versions.get(version, {})
    releases = {each: [_file(file) for file in _of(name, each, given)] for each in versions}
    document = {
        "info": _info(name, version, one, given),
        "last_serial": 1,
        "ownership": {
            "organization": None,
            "roles": [{"role": "Owner", "user": user} for user in given.get("owners", [])],
        },
        "urls": releases.get(version, []),
        "vulnerabilities": [vulnerability(**each) for each in one.get("vulnerabilities", [])],
    }
    return document | ({"releases": releases} if whole else {})


def vulnerability(**given: Any) -> dict[str, Any]:
    """What the JSON API tells of one vulnerability."""
    told: dict[str, Any] = {
        "aliases": [],
        "details": "Too much is trusted.",
        "fixed_in": [],
        "id": "PYSEC-2024-1",
        "link": "https://advisories.example.org/PYSEC-2024-1",
        "source": "osv",
        "summary": None,
        "withdrawn": None,
    }
    return told | given


def files_of(name: str, version: str, one: Given, given: Given) -> Iterator[Made]:
    """The files of a version; of one that is ``empty`` there are none."""
    if one.get("empty"):
        return
    stem = f"{canonicalize_name(name).replace('-', '_')}-{_normal(version)}"
    for tags in one.get("wheels", UNIVERSAL):
        core = core_metadata(name, version, one, given) if one.get("metadata", True) else None
        yield Made(f"{stem}-{tags}.whl", one, core, b"PK")
    if one.get("sdist", True):
        yield Made(f"{stem}.tar.gz", one, None, source(stem, one))


def core_metadata(name: str, version: str, one: Given, given: Given) -> bytes:
    """``METADATA`` of a wheel."""
    info = _info(name, version, one, given)
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
    single = {
        "summary": "Summary",
        "license_expression": "License-Expression",
        "license": "License",
        "keywords": "Keywords",
        "home_page": "Home-page",
    }
    lines += [f"{field}: {info[key]}" for key, field in single.items() if info[key]]
    lines += [f"Classifier: {one}" for one in info["classifiers"]]
    lines += [f"Project-URL: {label}, {url}" for label, url in (info["project_urls"] or {}).items()]
    lines += [f"Requires-Dist: {need}" for need in one.get("requires", [])]
    return ("\n".join(lines) + "\n\nA description.\n").encode()


def source(stem: str, one: Given) -> bytes:
    """A source distribution, with a ``pyproject.toml`` where it says what it is built with."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        _add(archive, f"{stem}/PKG-INFO", b"Metadata-Version: 2.4\n")
        if "build" in one:
            text = f"[build-system]\nrequires = {list(one['build'])!r}\n"
            _add(archive, f"{stem}/pyproject.toml", text.encode())
    return packed.getvalue()


def _add(archive: tarfile.TarFile, name: str, body: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(body)
    archive.addfile(member, io.BytesIO(body))


def _simple_serve(server: RegistryServer, name: str, given: Given) -> None:
    path = f"{SIMPLE}/{canonicalize_name(name)}/"
    if given.get("html"):
        server.route(path, simple_page(name, given), headers={"Content-Type": HTML_TYPE})
    else:
        server.route(path, simple_document(name, given), headers={"Content-Type": JSON_TYPE})


def _api_serve(server: RegistryServer, name: str, given: Given) -> None:
    versions = list(given.get("versions", {}))
    root = f"{API}/{canonicalize_name(name)}"
    latest = given.get("latest") or versions[-1]
    server.route(f"{root}/json", project_document(name, latest, given, whole=True))
    for version in versions:
        document = project_document(name, version, given, whole=False)
        server.route(f"{root}/{version}/json", document)


def _file_serve(server: RegistryServer, file: Made) -> None:
    server.route(f"{FILES}/{file.name}", file.body)
    if file.metadata is not None:
        server.route(f"{FILES}/{file.name}.metadata", file.metadata)


def _everything(name: str, given: Given) -> Iterator[Made]:
    for version in given.get("versions", {}):
        yield from _of(name, version, given)


def _of(name: str, version: str, given: Given) -> list[Made]:
    return list(files_of(name, version, given["versions"][version], given))


def _listed(file: Made) -> dict[str, Any]:
    metadata: Any = False
    if file.metadata is not None:
        metadata = {"sha256": sha256(file.metadata).hexdigest()}
    return {
        "core-metadata": metadata,
        "data-dist-info-metadata": metadata,
        "filename": file.name,
        "hashes": {"sha256": sha256(file.body).hexdigest()},
        "provenance": None,
        "requires-python": ">=3.8",
        "size": file.size,
        "upload-time": file.given.get("uploaded", UPLOADED),
        "url": f"../../files/{file.name}#sha256={sha256(file.body).hexdigest()}",
        "yanked": file.given.get("yanked", False),
    }


def _link(file: Made) -> str:
    said = ""
    if file.metadata is not None:
        digest = sha256(file.metadata).hexdigest()
        said += f' data-core-metadata="sha256={digest}"'
    if "yanked" in file.given:
        said += f' data-yanked="{escape(str(file.given["yanked"]))}"'
    return f'<a href="../../files/{file.name}#sha256=0"{said}>{file.name}</a><br />\n'


def _file(file: Made) -> dict[str, Any]:
    yanked = file.given.get("yanked", False)
    uploaded = file.given.get("uploaded", UPLOADED)
    built = file.name.endswith(".whl")
    return {
        "comment_text": None,
        "digests": {"sha256": sha256(file.body).hexdigest()},
        "downloads": -1,
        "filename": file.name,
        "has_sig": False,
        "packagetype": "bdist_wheel" if built else "sdist",
        "python_version": "py3" if built else "source",
        "requires_python": ">=3.8",
        "size": file.size,
        "upload_time": uploaded[:19],
        "upload_time_iso_8601": uploaded,
        "url": f"https://files.example.org/{file.name}",
        "yanked": bool(yanked),
        "yanked_reason": yanked if isinstance(yanked, str) else None,
    }


def _info(name: str, version: str, one: Given, given: Given) -> dict[str, Any]:
    info: dict[str, Any] = {
        "author": None,
        "author_email": "Ann <ann@example.org>",
        "bugtrack_url": None,
        "classifiers": [],
        "description": "A description.",
        "description_content_type": "text/markdown",
        "downloads": {"last_day": -1, "last_month": -1, "last_week": -1},
        "dynamic": None,
        "home_page": None,
        "keywords": None,
        "license": None,
        "license_expression": None,
        "license_files": None,
        "maintainer": None,
        "name": name,
        "platform": None,
        "project_urls": None,
        "provides_extra": None,
        "requires_dist": one.get("requires"),
        "requires_python": ">=3.8",
        "summary": None,
        "version": version,
        "yanked": bool(one.get("yanked", False)),
        "yanked_reason": None,
    }
    return {**info, **given.get("info", {}), **one.get("info", {})}


def _normal(version: str) -> str:
    return canonicalize_version(version, strip_trailing_zero=False)
