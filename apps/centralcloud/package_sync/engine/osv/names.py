"""Names of packages in OSV documents as package URLs."""

from __future__ import annotations

import re

from apps.shared.packages.names import purl_of, purl_plain

_TYPES = {
    "npm": "npm",
    "pypi": "pypi",
    "cratesio": "cargo",
    "hex": "hex",
    "maven": "maven",
    "go": "golang",
    "nuget": "nuget",
    "rubygems": "gem",
    "packagist": "composer",
    "pub": "pub",
}
"""Purl types of OSV's ecosystems, which are compared by their letters alone."""
_NO_LETTER = re.compile(r"[^a-z]")
_LONGEST = 500


def package_purl(*, ecosystem: str, name: str, purl: str = "") -> str:
    """The purl, without version, of a package; empty where neither name nor purl gives one.

    An ecosystem may name a release or a registry after a colon: ``Debian:12``. Packages of other
    registries than the ecosystem's own are other packages, so they only count by their purl.
    """
    base, _, elsewhere = ecosystem.partition(":")
    kind = _TYPES.get(_NO_LETTER.sub("", base.lower()))
    made = _made(kind, name) if kind and name and not elsewhere else _plain(purl)
    return made if len(made) <= _LONGEST else ""


def _made(kind: str, name: str) -> str:
    try:
        return purl_of(kind, name)
    except ValueError:
        return ""


def _plain(purl: str) -> str:
    """A purl without version, qualifiers and subpath; empty for what is none.

    One that names its registry is not of the type's own (purl specification, "Known qualifiers").
    """
    if "repository_url=" in purl.partition("?")[2]:
        return ""
    try:
        return purl_plain(purl)
    except ValueError:
        return ""
