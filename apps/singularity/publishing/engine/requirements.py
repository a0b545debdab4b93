"""Requirements and versions in the words of registries; whatever else one says is cut."""

from __future__ import annotations

import re

LONGEST = 100
_LABEL = (
    r"(?:alpha|beta|pre|preview|rc|cr|dev|post|rev|final|ga|release|snapshot|next|canary|nightly"
    r"|milestone|stable|incompatible|experimental|insiders|sp|jre|android|a|b|c|m|p|r|x)"
)
_VERSION = re.compile(
    rf"""
    [vV=]? \d{{1,10}} (?:\.(?:\d{{1,10}}|[xX*]))*       # 1.2.3, 1.x, 2024.01.15
    (?: [-._+]? {_LABEL} (?:[-._]?\d{{1,14}})* )*       # rc1, -beta.2, .dev20240101, +incompatible
    (?: -(?:0\.)?\d{{14}}-[0-9a-f]{{12}} )?             # Go's name of a commit
    (?: [+-](?:cpu|cu\d{{2,3}}|rocm\d[\d.]*|incompatible) )?
    (?: \.\*)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TAGS = frozenset(["*", "latest", "next", "x", "any", "beta", "canary", "lts", "stable", "rc"])
_BETWEEN = re.compile(r"\s*(?:\|\||&&|[,\s]|\band\b|\bor\b|\s-\s)\s*")
_SIGNS = re.compile(r"[\[(\]]?\s*(?:===|==|~=|~>|!=|<=|>=|=>|<|>|=|\^|~)?\s*")
_ELSEWHERE = re.compile(r"[/:@\\]")


def version_told(version: str) -> str:
    """A version as it is, or nothing where it says more than a version does."""
    return version if len(version) <= LONGEST and _VERSION.fullmatch(version) else ""


def requirement_told(requirement: str) -> str:
    """A requirement as it is, or nothing where anything in it is no version, bound or tag.

    So addresses, paths, names of branches and made-up labels of versions stay here.
    """
    text = requirement.strip()
    return text if len(text) <= LONGEST and all(map(_is_bound, _bounds(text))) else ""


def is_from_registry(requirement: str) -> bool:
    """Whether a requirement leaves the place to a registry: it names no folder or address.

    A branch or a folder may be a single word; only versions, bounds and tags surely are none.
    """
    text = requirement.strip()
    if _ELSEWHERE.search(text):
        return False
    return not text or bool(requirement_told(text)) or bool(re.search(r"\d|\$\{", text))


def _bounds(text: str) -> list[str]:
    spaced = re.sub(r"(?<=[<>=~^!])\s+", "", text)
    return [bound for bound in _BETWEEN.split(spaced) if bound not in {"", "-"}]


def _is_bound(bound: str) -> bool:
    match = _SIGNS.match(bound)
    rest = bound[match.end() if match else 0 :].rstrip("])")
    return not rest or rest.lower() in _TAGS or bool(_VERSION.fullmatch(rest))
