"""The public places, as packageurl-python and pip know them at run time.

No registry's host is written here. What follows from what is: npm's registry is the host of its
download addresses; cargo's API is what comes before ``crates/`` in them, and its sparse index is
served by the host ``index.`` of the same domain (cargo's book, "Registry index": the protocol of
the default registry); hex hands out packages at ``repo.`` of the domain whose ``/api`` is its API
(hex's documentation, "HTTP API"). PyPI's are pip's own constant, else those of its project pages'
host: ``/simple/`` (PEP 503) and ``/pypi/`` (its JSON API).
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from packageurl.contrib.purl2url import get_download_url, get_repo_url

from apps.centralcloud.package_sync.engine.places.place import Place

_EXAMPLE = "example"


def npm() -> Place:
    """The public registry of npm."""
    return Place("npm", _root(_download("npm")))


def cargo() -> Place:
    """The default registry of cargo: its sparse index and its API."""
    api = _download("cargo").partition("crates/example")[0]
    parts = urlsplit(api)
    return Place("cargo", f"{parts.scheme}://index.{parts.netloc}/", api)


def hex_() -> Place:
    """The public repository of hex and its API."""
    repository = _root(_download("hex"))
    parts = urlsplit(repository)
    return Place("hex", repository, f"{parts.scheme}://{parts.netloc.removeprefix('repo.')}/api/")


def pypi() -> Place:
    """The simple index of PyPI and its JSON API."""
    try:
        from pip._internal.models.index import PyPI
    except ImportError:  # pip need not be there where this runs
        root = _root(_url(get_repo_url, "pypi"))
        return Place("pypi", f"{root}simple/", f"{root}pypi/")
    return Place("pypi", f"{PyPI.simple_url}/", f"{PyPI.pypi_url}/")


def _download(ecosystem: str) -> str:
    return _url(get_download_url, ecosystem)


def _url(known: Callable[[str], str | None], ecosystem: str) -> str:
    return known(f"pkg:{ecosystem}/{_EXAMPLE}@1") or ""


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"
