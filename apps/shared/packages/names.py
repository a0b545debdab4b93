"""Names of packages as package URLs, normalised as each ecosystem compares them.

Source: the purl specification (ECMA-427), through packageurl-python, and PEP 503 for Python. The
purls that code bases declare are made by the same function, so that both meet.

npm has demanded lower case of new names since 2014, and the specification writes all of them so.
But its registry tells names apart that differ by capitals only, and older ones such as
``JSONStream`` keep theirs: in lower case they are other packages. So they keep them in these purls
too, as in those that npm itself writes into an SBOM.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote

from packageurl import PackageURL
from packaging.utils import canonicalize_name

_NPM, _AS_WRITTEN = "npm", "generic"
"""The latter is a type whose names packageurl-python leaves as they are."""


class CasedURL(PackageURL):
    """A package URL in which npm's names keep their capitals."""

    __slots__ = ()

    def to_string(self, encode: bool | None = True) -> str:  # noqa: FBT001, FBT002  PackageURL's
        """The purl."""
        if self.type != _NPM:
            return super().to_string(encode)
        written = PackageURL.to_string(self._replace(type=_AS_WRITTEN), encode)
        return written.replace(_AS_WRITTEN, _NPM, 1)


@lru_cache(maxsize=65_536)
def purl_of(ecosystem: str, name: str, version: str = "") -> str:
    """The purl of a package by its name with namespace, ``@babel/core``, and its version if given.

    Raises:
        ValueError: the name is empty.
    """
    plain = _plain(ecosystem, name.strip())
    namespace, _, last = plain.rpartition("/")
    made = CasedURL(ecosystem, namespace or None, last, version or None)
    return (made._replace(name=last) if ecosystem == _NPM else made).to_string()


def purl_read(purl: str) -> CasedURL:
    """A purl taken apart, without percent signs.

    Raises:
        ValueError: the text is no purl.
    """
    found = CasedURL.from_string(purl)
    if found.type != _NPM:
        return found
    written = CasedURL.from_string(purl, normalize_purl=False)
    return found._replace(name=unquote(written.name).strip().strip("/"))


@lru_cache(maxsize=65_536)
def purl_split(purl: str) -> tuple[str, str, str, str]:
    """Ecosystem, namespace, name and version of a purl, without percent signs; empty if absent.

    Raises:
        ValueError: the text is no purl.
    """
    found = purl_read(purl)
    return found.type, found.namespace or "", found.name, found.version or ""


def purl_plain(purl: str) -> str:
    """A purl, however it is written, as it is written here: without version and qualifiers.

    Raises:
        ValueError: the text is no purl.
    """
    return purl_of(purl_split(purl)[0], full_name(purl))


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
