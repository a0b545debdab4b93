"""What authors write into ``package.json``, in all the forms that registries have let through.

npm's clients put these fields in order before they publish, but did not always, and other clients
do not. A form that is none of the known ones says nothing: it must not cost the whole package.
Source: npm's documentation, "package.json", and its older forms (``licenses``, ``{type, url}``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from apps.centralcloud.package_sync.engine.reading import LINE, TEXT, Part, address, clean

_HOSTS = {
    "": "https://github.com/",
    "github": "https://github.com/",
    "gist": "https://gist.github.com/",
    "gitlab": "https://gitlab.com/",
    "bitbucket": "https://bitbucket.org/",
}
_SHORT = re.compile(r"(?:(github|gist|gitlab|bitbucket):)?([\w.-]+(?:/[\w.-]+)?)(?:#.*)?")
_SHELL = re.compile(r"(?:ssh://)?(?:git@)([\w.-]+)[:/](?!\d+/)(.+)")
_GIT = re.compile(r"^(?:git\+)?(?:git|https?|ssh)://(?:[^/@]*@)?")


def text_of(manifest: Part, key: str, limit: int = TEXT) -> str:
    """A text; empty for all else."""
    found = manifest.value.get(key)
    return clean(found, limit).strip() if isinstance(found, str) else ""


def table_of(manifest: Part, key: str) -> dict[str, Any]:
    """An object; empty for all else."""
    found = manifest.value.get(key)
    return found if isinstance(found, dict) else {}


def keywords_of(manifest: Part) -> tuple[str, ...]:
    """Keywords: a list, or one text with commas or blanks between them."""
    found = manifest.value.get("keywords")
    if isinstance(found, str):
        found = re.split(r"[,\s]+", found)
    words = found if isinstance(found, list) else []
    kept = (clean(word, LINE).strip() for word in words if isinstance(word, str))
    return tuple(dict.fromkeys(filter(None, kept)))


def licence_of(manifest: Part) -> str:
    """What is written about the licence; of several, one may choose (``licenses`` of old)."""
    found = manifest.value.get("license") or manifest.value.get("licenses")
    return clean(" OR ".join(dict.fromkeys(_licences(found))), LINE)


def homepage_of(manifest: Part) -> str:
    """An address that people can open."""
    return address(text_of(manifest, "homepage"))


def repository_of(manifest: Part) -> str:
    """The repository as an address that people can open, without what only git needs."""
    found = manifest.value.get("repository")
    url = found.get("url") if isinstance(found, dict) else found
    return repository_address(clean(url)) if isinstance(url, str) else ""


def repository_address(url: str) -> str:
    """The address of a repository that is written for git, for a shell, or in short."""
    url = url.strip()
    if short := _SHORT.fullmatch(url):
        whole = short[1] == "gist" or "/" in short[2]
        url = _HOSTS[short[1] or ""] + short[2] if whole else ""
    elif shell := _SHELL.fullmatch(url.removeprefix("git+")):
        url = f"https://{shell[1]}/{shell[2]}"
    elif not url.startswith("http"):
        url = _GIT.sub("https://", url)
    return address(url.partition("#")[0].rstrip("/").removesuffix(".git"))


def _licences(found: Any) -> Iterator[str]:
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, dict):
            one = one.get("type") or one.get("name") or one.get("url")  # noqa: PLW2901 - its text
        if isinstance(one, str) and one.strip():
            yield one.strip()
