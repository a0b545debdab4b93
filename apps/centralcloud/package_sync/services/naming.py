"""Purls as people write them."""

from __future__ import annotations

from apps.centralcloud.package_sync.engine.registry import ECOSYSTEMS
from apps.centralcloud.package_sync.models.packages import PURL_LENGTH
from apps.shared.packages.names import full_name, purl_of, purl_split

_LAST = f"{', '.join(ECOSYSTEMS[:-1])} or {ECOSYSTEMS[-1]}"


class WrongPurl(ValueError):
    """What was written names no package that can be read; the text says what to write."""


def purl_normal(text: str) -> str:
    """The purl of a package without a version, in the form under which it is kept.

    Raises:
        WrongPurl: it is none, or no registry of its kind is asked.
    """
    try:
        ecosystem, _, _, version = purl_split(text.strip())
        purl = purl_of(ecosystem, full_name(text.strip()))
    except ValueError:
        raise WrongPurl(f"{text!r} is no package URL such as pkg:npm/react.") from None
    if ecosystem not in ECOSYSTEMS:
        raise WrongPurl(f"No registry of {ecosystem} packages is asked, only {_LAST}.")
    if version:
        raise WrongPurl(f"{text} names a version: leave it out ({purl}).")
    if len(purl) > PURL_LENGTH or "\0" in purl:
        raise WrongPurl(f"A package URL has at most {PURL_LENGTH} characters.")
    return purl
