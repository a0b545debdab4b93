"""A project in the simple API.

Sources: PEP 691 (JSON), PEP 700 (sizes, times, versions), PEP 592 (yanked files), PEP 658 and 714
(core metadata beside a file), PEP 792 (project status).
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urljoin

from apps.centralcloud.package_sync.engine.fetching import Document
from apps.centralcloud.package_sync.engine.pypi.model import File, Listing
from apps.centralcloud.package_sync.engine.pypi.naming import file_read, project_name
from apps.centralcloud.package_sync.engine.pypi.pages import page_read
from apps.centralcloud.package_sync.engine.reading import LINE, Part, clean
from apps.centralcloud.package_sync.engine.registry import Malformed, PackageMissing, TooLarge

ACCEPT = (
    "application/vnd.pypi.simple.v1+json,"
    " application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
)
MOST_FILES = 500_000
LONGEST_URL = 2_000
_METADATA = ("core-metadata", "dist-info-metadata", "data-dist-info-metadata")


def listing_read(name: str, document: Document) -> Listing:
    """The files and versions of a project, from JSON or from HTML.

    Raises:
        Malformed: it is not what the simple API says, or of another project.
        TooLarge: it has more files than are looked at.
    """
    if "json" in document.headers.get("content-type", ""):
        page = Part.of(document.json(), "the simple API's answer")
    else:
        page = Part.of(page_read(document.body.decode(errors="replace")), "the simple page")
    return _listing(name, page, document.url)


def metadata_digest(file: Part) -> str | None:
    """The SHA-256 of a file's core metadata; see ``File.metadata``."""
    for key in _METADATA:
        found = file.value.get(key)
        if isinstance(found, dict):
            return file.table(key).text("sha256", LINE)
        if found is not None and not isinstance(found, bool):
            raise Malformed(f"{file.path}.{key} is neither digests nor true nor false")
        if found:
            return ""
    return None


def yanked_read(file: Part) -> tuple[bool, str]:
    """Whether a file is yanked, and why: the reason stands in place of ``true`` (PEP 691).

    An empty one is none: to pip such a file is not yanked.
    """
    found = file.value.get("yanked")
    return (
        (bool(found), file.text("yanked")) if isinstance(found, str) else (file.flag("yanked"), "")
    )


def _listing(name: str, page: Part, base: str) -> Listing:
    told = page.text("name", LINE)
    if told and _same(told) != name:
        raise Malformed("the simple API's answer is of another project")
    if len(page.array("files")) > MOST_FILES:
        raise TooLarge(f"it has more than {MOST_FILES:,} files")
    status = page.table("project-status")
    return Listing(
        files=tuple(_files(page.tables("files"), base)),
        versions=page.texts("versions"),
        status=status.text("status", LINE),
        status_reason=status.text("reason"),
    )


def _files(parts: Iterable[Part], base: str) -> Iterable[File]:
    for part in parts:
        filename = clean(part.name("filename"), LINE)
        version, tags = file_read(filename)
        yanked, reason = yanked_read(part)
        yield File(
            name=filename,
            url=_absolute(base, part),
            version=version,
            tags=tags,
            size=part.number("size"),
            uploaded_at=part.moment("upload-time"),
            yanked=yanked,
            yanked_reason=reason,
            metadata=metadata_digest(part),
        )


def _absolute(base: str, file: Part) -> str:
    """Links are relative to the page; what cannot be joined leads nowhere."""
    try:
        return urljoin(base, file.text("url", LONGEST_URL).partition("#")[0])
    except ValueError:
        return ""


def _same(told: str) -> str:
    try:
        return project_name(told)
    except PackageMissing:
        return ""
