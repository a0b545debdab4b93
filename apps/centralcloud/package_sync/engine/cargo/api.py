"""A registry's API: what its index does not say.

Source: the API's own OpenAPI document. It is not part of cargo's protocol ("Registry Web API" of
The Cargo Book asks for less), so a company's registry may not have it.
"""

from __future__ import annotations

from collections.abc import Mapping

from apps.centralcloud.package_sync.engine.cargo.index import LONGEST_VERSION, MOST_VERSIONS
from apps.centralcloud.package_sync.engine.cargo.model import Crate, Published, Release
from apps.centralcloud.package_sync.engine.cargo.needs import need_of_api
from apps.centralcloud.package_sync.engine.reading import LINE, Part
from apps.centralcloud.package_sync.engine.record import DependencyRecord
from apps.centralcloud.package_sync.engine.registry import Malformed, TooLarge

RECENT_DAYS = 90


def crate_read(name: str, document: Part) -> Crate:
    """``crates/NAME``: the crate and all its versions.

    Raises:
        Malformed: it is not what the API says.
        TooLarge: there are more versions than are kept.
    """
    crate = document.table("crate")
    if _folded(crate.name("name")) != _folded(name):
        raise Malformed("the API's answer is of another crate")
    recent = crate.number("recent_downloads")
    return Crate(
        latest=crate.text("default_version") or crate.text("max_stable_version"),
        summary=crate.text("description"),
        homepage=crate.address("homepage"),
        repository=crate.address("repository"),
        keywords=_keywords(document),
        downloads=crate.number("downloads") if recent is None else recent,
        downloads_days=0 if recent is None else RECENT_DAYS,
        versions=_versions(document),
    )


def owners_read(document: Part) -> int:
    """``crates/NAME/owners``: how many people and teams may publish."""
    return sum(1 for _ in document.tables("users"))


def dependencies_read(document: Part) -> tuple[DependencyRecord, ...]:
    """``crates/NAME/VERSION/dependencies``."""
    return tuple(need_of_api(need) for need in document.tables("dependencies"))


def releases_of_api(
    crate: Crate, needs: Mapping[str, tuple[DependencyRecord, ...]]
) -> dict[str, Release]:
    """Versions as the API alone knows them, with the dependencies that were asked for."""
    return {
        version: Release(version, one.yanked, one.released_at, one.links, needs.get(version))
        for version, one in crate.versions.items()
    }


def _versions(document: Part) -> dict[str, Published]:
    if len(document.array("versions")) > MOST_VERSIONS:
        raise TooLarge(f"it has more than {MOST_VERSIONS:,} versions")
    parts = document.tables("versions")
    return {part.name("num", LONGEST_VERSION): _published(part) for part in parts}


def _published(version: Part) -> Published:
    lines = version.table("linecounts").named("languages")
    return Published(
        released_at=version.moment("created_at"),
        yanked=version.flag("yanked"),
        yanked_reason=version.text("yank_message"),
        size=version.number("crate_size"),
        licence=version.text("license", LINE),
        library=version.flag("has_lib"),
        programs=version.texts("bin_names", 80),
        links=version.text("lib_links", LINE),
        lines={language: counts.number("code_lines") or 0 for language, counts in lines},
    )


def _keywords(document: Part) -> tuple[str, ...]:
    words = (part.text("keyword", LINE) for part in document.tables("keywords"))
    return tuple(word for word in words if word)


def _folded(name: str) -> str:
    """The API finds a crate whichever way its words are divided, and in any case."""
    return name.lower().replace("_", "-")
