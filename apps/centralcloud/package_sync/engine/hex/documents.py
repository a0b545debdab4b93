"""The documents of the hex API.

Source: hex's specifications, "HTTP API" (``packages/NAME`` and its releases); retirements by
version and ``recent`` downloads, which it does not mention, as the API has answered for years.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from apps.centralcloud.package_sync.engine.hex.model import Package, Release, Retirement
from apps.centralcloud.package_sync.engine.reading import LINE, Part
from apps.centralcloud.package_sync.engine.record import DependencyRecord, Scope
from apps.centralcloud.package_sync.engine.registry import Malformed, TooLarge
from apps.shared.packages.names import purl_of

LONGEST_VERSION = 100
MOST_VERSIONS = 20_000
RECENT_DAYS = 90
NAME = re.compile(r"[a-z][a-z0-9_]{0,199}")
"""hex: "lowercase letters, digits and underscore, starting with a letter"."""
_REPOSITORY = re.compile(r"git|source|repo|code", re.IGNORECASE)
_HOME = re.compile(r"home|web|site", re.IGNORECASE)
_DEFAULT_REPOSITORY = "hexpm"


def package_read(name: str, document: Part) -> Package:
    """``packages/NAME``.

    Raises:
        Malformed: it is not what the API says.
        TooLarge: there are more releases than are kept.
    """
    if document.name("name") != name:
        raise Malformed("the API's answer is of another package")
    meta, downloads = document.table("meta"), document.table("downloads")
    recent = downloads.number("recent")
    links = meta.table("links")
    return Package(
        latest=document.text("latest_stable_version") or document.text("latest_version"),
        summary=meta.text("description"),
        licences=meta.texts("licenses"),
        homepage=_link(links, _HOME),
        repository=_link(links, _REPOSITORY),
        maintainers=len(document.array("owners")) if document.array("owners") else None,
        downloads=downloads.number("all") if recent is None else recent,
        downloads_days=0 if recent is None else RECENT_DAYS,
        released=_released(document),
        retirements={version: _retirement(one) for version, one in document.named("retirements")},
    )


def release_read(version: str, document: Part) -> Release:
    """``packages/NAME/releases/VERSION``.

    Raises:
        Malformed: it is not what the API says.
    """
    if document.name("version", LONGEST_VERSION) != version:
        raise Malformed("the API's answer is of another release")
    needs = (_need(name, need) for name, need in document.named("requirements"))
    return Release(tuple(needs), document.table("meta").texts("build_tools", 80))


def _released(document: Part) -> Mapping[str, datetime | None]:
    if len(document.array("releases")) > MOST_VERSIONS:
        raise TooLarge(f"it has more than {MOST_VERSIONS:,} releases")
    parts = document.tables("releases")
    return {part.name("version", LONGEST_VERSION): part.moment("inserted_at") for part in parts}


def _retirement(part: Part) -> Retirement:
    return Retirement(part.text("reason", LINE) or "other", part.text("message"))


def _need(name: str, part: Part) -> DependencyRecord:
    """One requirement; of an organisation's repository, its name is the namespace (hex's purls)."""
    if not NAME.fullmatch(name):
        raise Malformed(f"{part.path} has a name that no package has")
    repository = part.text("repository", LINE)
    own = repository in {"", _DEFAULT_REPOSITORY} or not NAME.fullmatch(repository)
    return DependencyRecord(
        purl=purl_of("hex", name if own else f"{repository}/{name}"),
        requirement=part.text("requirement", LINE),
        scope=Scope.OPTIONAL if part.flag("optional") else Scope.RUNTIME,
    )


def _link(links: Part, wanted: re.Pattern[str]) -> str:
    """The address of the first link of such a name; people name them as they like."""
    return next((links.address(name) for name in links.value if wanted.search(name)), "")
