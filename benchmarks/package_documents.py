"""Documents of made-up packages in the shape and the sizes of real ones, on a loopback server.

Numbers of versions are drawn from a log-normal distribution, as those of registries nearly are: of
most packages a few, of some hundreds.
"""

from __future__ import annotations

import json
import random
import sys
from hashlib import sha256
from typing import Any

from tests.common.registries.server import RegistryServer

PACKAGES = 150
"""Of each ecosystem."""
SEEN = "benchmark/seen"
_TIME = "2025-0{}-1{}T08:00:00.000000Z"


def npm_document(name: str, draw: random.Random) -> dict[str, Any]:
    """A packument: everything of every version, and a readme."""
    count = _count(draw)
    versions = {f"1.{n}.0": _npm_version(name, f"1.{n}.0", draw) for n in range(count)}
    times = {version: _time(n) for n, version in enumerate(versions)}
    return {
        "_id": name,
        "_rev": "7-" + _hex(draw, 32),
        "name": name,
        "dist-tags": {"latest": f"1.{count - 1}.0"},
        "versions": versions,
        "time": {"created": _time(0), "modified": _time(8), **times},
        "maintainers": [{"name": "ann", "email": "ann@example.test"}],
        "license": "MIT",
        "keywords": ["one", "two", "three"],
        "repository": {"type": "git", "url": f"git+https://code.example.test/{name}.git"},
        "readme": "\n".join(f"Line {n} says what {name} is for." for n in range(60)),
    }


def pypi_page(name: str, root: str, draw: random.Random) -> dict[str, Any]:
    """A page of the simple API: two files of every version."""
    names = [f"{name}-1.{n}.0" for n in range(_count(draw))]
    files = [
        _pypi_file(file, root, number, draw)
        for number, stem in enumerate(names)
        for file in (f"{stem}-py3-none-any.whl", f"{stem}.tar.gz")
    ]
    return {
        "meta": {"api-version": "1.3"},
        "name": name,
        "versions": [stem.rpartition("-")[2] for stem in names],
        "files": files,
    }


def pypi_answer(name: str, page: dict[str, Any]) -> dict[str, Any]:
    """The JSON API's answer for the same files."""
    releases: dict[str, list[dict[str, Any]]] = {version: [] for version in page["versions"]}
    for file in page["files"]:
        version = file["filename"].removesuffix(".tar.gz").split("-")[1]
        releases[version].append(_release_file(file))
    info = {
        "name": name,
        "version": page["versions"][-1],
        "summary": f"What {name} is for",
        "description": "\n".join(f"Line {n} says what {name} is for." for n in range(120)),
        "license_expression": "Apache-2.0",
        "classifiers": ["Programming Language :: Python :: 3", "Programming Language :: C"],
        "keywords": "one, two",
        "requires_dist": [f"dependency-{n}>=1.{n}" for n in range(8)],
        "project_urls": {"Source": f"https://code.example.test/{name}"},
    }
    return {"info": info, "releases": releases, "vulnerabilities": [], "last_serial": 1}


def metadata(wheel: str) -> bytes:
    """Core metadata of a wheel (PEP 566)."""
    name, version = wheel.split("-")[:2]
    needs = "".join(f"Requires-Dist: dependency-{n}>=1.{n}\n" for n in range(8))
    said = "License-Expression: Apache-2.0\nClassifier: Programming Language :: C\n"
    return f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{said}{needs}".encode()


def serve(server: RegistryServer) -> None:
    """Put all packages on a server, and a page that says which paths were asked for."""
    draw = random.Random(7)
    for number in range(PACKAGES):
        name = f"package-{number}"
        server.route(f"npm/{name}", npm_document(name, draw))
        page = pypi_page(f"package_{number}", f"{server.url}pypi/files/", draw)
        headers = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
        server.route(f"pypi/simple/{name}/", page, headers=headers)
        server.route(f"pypi/pypi/{name}/json", pypi_answer(name, page))
        wheel = page["files"][-2]["filename"]
        server.route(f"pypi/files/{wheel}.metadata", metadata(wheel))
    server.route(SEEN, lambda _: _seen(server), etag=False)


def _seen(server: RegistryServer) -> bytes:
    """Paths and states since the page was looked at last."""
    seen = [(one.path, one.status) for one in server.requests]
    server.requests.clear()
    return json.dumps(seen).encode()


def _count(draw: random.Random) -> int:
    return min(800, max(2, int(draw.lognormvariate(3.2, 1.1))))


def _npm_version(name: str, version: str, draw: random.Random) -> dict[str, Any]:
    return {
        "name": name,
        "version": version,
        "description": f"What {name} is for",
        "license": "MIT",
        "main": "index.js",
        "scripts": {"test": "node test.js", "build": "tsc -p ."},
        "dependencies": {f"dependency-{n}": f"^{n}.{draw.randrange(30)}.0" for n in range(6)},
        "devDependencies": {f"tool-{n}": f"~{n}.{draw.randrange(30)}.0" for n in range(10)},
        "dist": {
            "shasum": _hex(draw, 40),
            "integrity": "sha512-" + _hex(draw, 86),
            "tarball": f"https://files.example.test/{name}-{version}.tgz",
            "fileCount": draw.randrange(200),
            "unpackedSize": draw.randrange(2_000_000),
            "signatures": [{"keyid": "SHA256:" + _hex(draw, 43), "sig": _hex(draw, 96)}],
        },
        "_npmUser": {"name": "ann", "email": "ann@example.test"},
        "maintainers": [{"name": "ann", "email": "ann@example.test"}],
    }


def _pypi_file(filename: str, root: str, number: int, draw: random.Random) -> dict[str, Any]:
    wheel = filename.endswith(".whl")
    described = {"sha256": sha256(metadata(filename)).hexdigest()} if wheel else False
    return {
        "filename": filename,
        "url": root + filename,
        "hashes": {"sha256": _hex(draw, 64)},
        "requires-python": ">=3.9",
        "size": draw.randrange(3_000_000),
        "upload-time": _time(number),
        "yanked": False,
        "core-metadata": described,
    }


def _release_file(file: dict[str, Any]) -> dict[str, Any]:
    return {
        "filename": file["filename"],
        "url": file["url"],
        "digests": {"sha256": file["hashes"]["sha256"], "md5": "0" * 32, "blake2b_256": "0" * 64},
        "size": file["size"],
        "upload_time_iso_8601": file["upload-time"],
        "requires_python": ">=3.9",
        "packagetype": "sdist",
        "yanked": False,
        "yanked_reason": None,
    }


def _time(number: int) -> str:
    return _TIME.format(1 + number % 9, number % 10)


def _hex(draw: random.Random, length: int) -> str:
    return f"{draw.getrandbits(4 * length):0{length}x}"


if __name__ == "__main__":
    with RegistryServer() as serving:
        serve(serving)
        print(serving.url, flush=True)
        sys.stdin.readline()
