"""Names of packages as package URLs, normalised as each ecosystem compares them.

Source: the purl specification (ECMA-427), through packageurl-python, and PEP 503 for Python. The
purls that code bases declare are made in the same way, so that both meet. The specification writes
npm names in lower case, as the registry has demanded since 2014; the few older ones with capitals
cannot be told apart by purl.
"""

from __future__ import annotations

from functools import lru_cache

from packageurl import PackageURL
from packaging.utils import canonicalize_name


@lru_cache(maxsize=65_536)
def purl_of(ecosystem: str, name: str) -> str:
    """The purl, without version, of a package by its name with namespace: ``@babel/core``.

    Raises:
        ValueError: the name is empty.
    """
    plain = _plain(ecosystem, name.strip())
    namespace, _, last = plain.rpartition("/")
    return PackageURL(ecosystem, namespace or None, last).to_string()


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
    return (name.replace(":", "/") if ecosystem == "maven" else name).strip("/")
