"""Purls as people write them."""

from __future__ import annotations

from apps.centralcloud.package_sync.engine.registry import ECOSYSTEMS
from apps.centralcloud.package_sync.models.packages import NAME_LENGTH, PURL_LENGTH
from apps.shared.packages.names import full_name, purl_of, purl_split

NO_PURL = "{!r} is no package URL such as pkg:npm/react."
_ASKED = f"{', '.join(ECOSYSTEMS[:-1])} or {ECOSYSTEMS[-1]}"


class WrongPurl(ValueError):
    """What was written names no package that can be read; the text says what to write."""


def purl_normal(text: str) -> str:
    """The purl of a package without a version, in the form under which it is kept.

    Raises:
        WrongPurl: it is none, or no registry of its kind is asked.
    """
    try:
        ecosystem, _, _, version = purl_split(text.strip())
        name = full_name(text.strip())
        purl = purl_of(ecosystem, name)
    except ValueError:
        raise WrongPurl(NO_PURL.format(text)) from None
    if not name.isprintable():
        raise WrongPurl(NO_PURL.format(text))
    if ecosystem not in ECOSYSTEMS:
        raise WrongPurl(f"No registry of {ecosystem} packages is asked, only {_ASKED}.")
    if version:
        raise WrongPurl(f"{text} names a version: leave it out ({purl}).")
    if len(purl) > PURL_LENGTH or len(name) > NAME_LENGTH:
        raise WrongPurl(f"The name of a package has at most {NAME_LENGTH} characters.")
    return purl
