"""Read advisories from where the settings, or somebody by hand, say that they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from apps.centralcloud.package_sync.engine.osv import OsvError
from apps.centralcloud.package_sync.engine.osv.downloading import downloaded
from apps.centralcloud.package_sync.engine.osv.reading import (
    Documents,
    documents_of_file,
    documents_of_path,
)
from apps.centralcloud.package_sync.services.advisories.importing import (
    SOURCE_LENGTH,
    Imported,
    advisories_import,
    printable,
)
from apps.centralcloud.package_sync.services.advisories.matching import affected_match_all
from apps.centralcloud.package_sync.services.advisories.stamps import (
    stamp_keep,
    stamp_of,
    stamps_folder,
)

Report = Callable[[str, int, int], None]
"""Called with what is done, how much of it, and of how much."""


@dataclass(slots=True)
class ReadSource:
    """What came of one source: ``error`` is why it could not be read, or not to its end."""

    name: str
    imported: Imported = field(default_factory=Imported)
    unchanged: bool = False
    error: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class AdvisoriesRead:
    """What came of all, and how many matches of versions changed by it."""

    sources: list[ReadSource] = field(default_factory=list)
    matched: int = 0

    @property
    def total(self) -> Imported:
        """All documents."""
        total = Imported()
        for source in self.sources:
            total.add(source.imported)
        return total

    @property
    def numbers(self) -> dict[str, Any]:
        """For a job's row."""
        total = self.total
        failed = [f"{one.name}: {one.error}" for one in self.sources if one.error]
        return {
            "sources": len(self.sources),
            "unchanged sources": sum(one.unchanged for one in self.sources),
            "read": total.read,
            "new": total.new,
            "changed": total.changed,
            "left out": total.left_out,
            "matched": self.matched,
            "failed": failed,
            "reasons": total.reasons,
        }


def advisories_read(
    *,
    sources: Sequence[str] | None = None,
    dry_run: bool = False,
    again: bool = False,
    report: Report = lambda *_: None,
) -> AdvisoriesRead:
    """Import the documents of all sources, then match the packages that they name.

    A source that cannot be read stops none of the others, and what was read of it counts. Stopped
    in the middle, the next run goes on: what is stored already is not stored again.

    Args:
        sources: paths of zip files, JSON files and folders, and addresses; by default those of
            ``ADVISORY_SOURCES``. An address whose file has not changed is not read again.
        dry_run: say what would come of it, and store nothing.
        again: match all packages that advisories name, not only what has changed.
    """
    read = AdvisoriesRead()
    for source in settings.ADVISORY_SOURCES if sources is None else sources:
        read.sources.append(_read(source, dry_run=dry_run, report=report))
    if not dry_run:
        read.matched = affected_match_all(
            everything=again, report=lambda *numbers: report("packages", *numbers)
        )
    return read


def source_name(source: str) -> str:
    """A source as people read it: its last two names, no host and no credentials."""
    try:
        path = urlsplit(source).path if _is_address(source) else source
    except ValueError:  # an address that is none; what of it is a path nobody knows
        path = ""
    parts = [part for part in path.split("/") if part and part != ".."]
    return printable("/".join(parts[-2:])[-SOURCE_LENGTH:]) or "advisories"


def _is_address(source: str) -> bool:
    return source.lower().startswith(("https://", "http://"))


def _read(source: str, *, dry_run: bool, report: Report) -> ReadSource:
    read = ReadSource(source_name(source))
    began = time.monotonic()
    try:
        with _documents(source, read, dry_run=dry_run) as documents:
            found = _given(documents, read, report)
            advisories_import(
                documents=found, source=read.name, dry_run=dry_run, into=read.imported
            )
    except OsvError as error:
        read.error = str(error)
    read.seconds = time.monotonic() - began
    return read


@contextmanager
def _documents(source: str, read: ReadSource, *, dry_run: bool) -> Iterator[Documents]:
    """A source's documents; an address is remembered once they all were stored."""
    if not _is_address(source):
        with documents_of_path(Path(source)) as documents:
            yield documents
        return
    known = stamp_of(source=source, name=read.name)
    folder, contact = stamps_folder(), settings.REGISTRY_CONTACT
    with downloaded(source, known=known, folder=folder, contact=contact) as download:
        if download.file is None:
            read.unchanged = True
            yield Documents(0, iter(()))
            return
        yield documents_of_file(download.file, read.name)
        if not dry_run:
            stamp_keep(source=source, stamp=download.stamp)


def _given(documents: Documents, read: ReadSource, report: Report) -> Iterator[Any]:
    """What could be read; the rest is counted as left out."""
    for done, found in enumerate(documents):
        report(read.name, done, max(documents.total, done + 1))
        if found.reason:
            read.imported.read += 1
            read.imported.leave_out(found.name, found.reason)
        else:
            yield found.document
    report(read.name, documents.total, documents.total)
