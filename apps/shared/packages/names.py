"""Names of packages as package URLs, normalised as each ecosystem compares them.

Source: the purl specification (ECMA-427), through packageurl-python, and PEP 503 for Python. The
purls that code bases declare are made by the same function, so that both meet. npm's names and
scopes are in lower case, as its registry has demanded of new ones since 2014; the library leaves
scopes as they are. The few older names with capitals cannot be told apart by purl.
"""

from __future__ import annotations

from functools import lru_cache

from packageurl import PackageURL
from packaging.utils import canonicalize_name


@lru_cache(maxsize=65_536)
def purl_of(ecosystem: str, name: str, version: str = "") -> str:
    """The purl of a package by its name with namespace, ``@babel/core``, and its version if given.

    Raises:
        ValueError: the name is empty.
    """
    plain = _plain(ecosystem, name.strip())
    namespace, _, last = plain.rpartition("/")
    return PackageURL(ecosystem, namespace or None, last, version or None).to_string()


@lru_cache(maxsize=65_536)
def purl_split(purl: str) -> tuple[str, str, str, str]:
    """Ecosystem, namespace, name and version of a purl, without percent signs; empty if absent.

    Raises:
        ValueError: the text is no purl.
    """
    found = PackageURL.from_string(purl)
    return found.type, found.namespace or "", found.name, found.version or ""


def full_name(purl: str) -> str:
    """The name with its namespace, as the registry is asked for it: ``@babel/core``.

    Raises:
        ValueError: the text is no purl.
    """
    _, namespace, name, _ = purl_split(purl)
    return f"{namespace}/{name}" if namespace else name


def _plain(ecosystem: str, name: str) -> str:
    if ecosystem == "pypi":
        return canonicalize_name(name)
    if ecosystem == "npm":
        name = name.lower()
    return (name.replace(":", "/") if ecosystem == "maven" else name).strip("/")
