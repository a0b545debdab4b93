"""A project, or one version of it, in the JSON API.

Source: the documentation of PyPI, "JSON API". ``releases`` is deprecated there and may be absent;
what is in it is then known from the simple API.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from apps.centralcloud.package_sync.engine.pypi.model import Described, File, Listing, Project, Told
from apps.centralcloud.package_sync.engine.pypi.naming import file_read, project_name
from apps.centralcloud.package_sync.engine.pypi.simple import LONGEST_URL, MOST_FILES
from apps.centralcloud.package_sync.engine.reading import LINE, Part
from apps.centralcloud.package_sync.engine.registry import Malformed, PackageMissing, TooLarge

LONGEST_VERSION = 100
DETAILS = 20_000
_SEPARATED = re.compile(r"[,;]|\s{2,}")


def project_read(name: str, document: Part) -> Project:
    """``NAME/json`` or ``NAME/VERSION/json``.

    Raises:
        Malformed: it is not what the API says, or of another project.
        TooLarge: it has more files than are looked at.
    """
    info = document.table("info")
    if _same(info.name("name", LINE)) != name:
        raise Malformed("the API's answer is of another project")
    described = _described(info)
    return Project(
        described=described,
        listing=_listing(document, described.version),
        maintainers=_maintainers(document.table("ownership")),
        told=tuple(_told(document.tables("vulnerabilities"), described.version)),
    )


def keywords_split(text: str) -> tuple[str, ...]:
    """Keywords of one text: separated by commas, or by blanks where there are none (PEP 566)."""
    words = _SEPARATED.split(text) if "," in text or ";" in text else text.split()
    return tuple(dict.fromkeys(filter(None, (word.strip(" []'\"") for word in words))))


def _described(info: Part) -> Described:
    needs = info.texts("requires_dist", LONGEST_URL)
    listed = info.value.get("requires_dist") is not None
    urls = info.table("project_urls")
    return Described(
        version=info.name("version", LONGEST_VERSION),
        summary=info.text("summary"),
        expression=info.text("license_expression", LINE),
        licence=info.text("license"),
        classifiers=info.texts("classifiers"),
        keywords=keywords_split(info.text("keywords")),
        homepage=info.address("home_page"),
        urls={label: urls.address(label) for label in urls.value},
        needs=needs if listed else None,
    )


def _listing(document: Part, version: str) -> Listing:
    """The files of all releases; of a document without them those of its own version."""
    releases = document.table("releases")
    if not releases.value:
        return Listing(tuple(_files(document.tables("urls"))), (version,))
    if sum(len(releases.array(one)) for one in releases.value) > MOST_FILES:
        raise TooLarge(f"it has more than {MOST_FILES:,} files")
    files = (file for one in releases.value for file in _files(releases.tables(one), one))
    return Listing(tuple(files), tuple(releases.value))


def _files(parts: Iterable[Part], version: str = "") -> Iterator[File]:
    for part in parts:
        filename = part.name("filename", LINE)
        said, tags = file_read(filename)
        yield File(
            name=filename,
            url=part.text("url", LONGEST_URL),
            version=version or said,
            tags=tags,
            size=part.number("size"),
            uploaded_at=part.moment("upload_time_iso_8601") or part.moment("upload_time"),
            yanked=part.flag("yanked"),
            yanked_reason=part.text("yanked_reason"),
        )


def _maintainers(ownership: Part) -> int | None:
    """How many may publish: people with a role; none where the index does not say."""
    people = {role.text("user", LINE) for role in ownership.tables("roles")}
    return len(people - {""}) or None


def _told(parts: Iterable[Part], version: str) -> Iterator[Told]:
    for part in parts:
        yield Told(
            id=part.name("id", LONGEST_VERSION),
            version=version,
            aliases=part.texts("aliases", LONGEST_VERSION),
            summary=part.text("summary"),
            details=part.text("details", DETAILS),
            link=part.address("link"),
            fixed=part.texts("fixed_in", LONGEST_VERSION),
            withdrawn=part.text("withdrawn", LINE),
        )


def _same(name: str) -> str:
    try:
        return project_name(name)
    except PackageMissing:
        return ""
