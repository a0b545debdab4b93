"""Read one OSV document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from apps.centralcloud.package_sync.engine.osv import schema
from apps.centralcloud.package_sync.engine.osv.document import (
    AdvisoryRecord,
    AffectedRecord,
    Event,
    EventKind,
    OsvError,
    Range,
)
from apps.centralcloud.package_sync.engine.osv.names import package_purl
from apps.centralcloud.package_sync.engine.osv.severity import (
    Severity,
    database_words,
    severity_of,
)

T = TypeVar("T")
_TYPES = ("SEMVER", "ECOSYSTEM")
_KINDS = {kind.value: kind for kind in EventKind}
MOST_REFERENCES = 50
MOST_ALIASES = 200
SUMMARY, DETAILS, ADDRESS = 500, 20_000, 500
"""Characters that are kept."""


def advisory_parse(document: Mapping[str, Any]) -> AdvisoryRecord:
    """An advisory out of a document in OSV schema, up to version 1.7.

    Raises:
        OsvError: what is wrong with it, in one line.
    """
    try:
        read = schema.Document.model_validate(document)
    except ValidationError as error:
        raise OsvError(_one_line(error)) from None
    severity = _severity(read)
    return AdvisoryRecord(
        id=read.id,
        modified=read.modified,
        published=read.published,
        withdrawn=read.withdrawn,
        aliases=_ids(read.aliases, read.id),
        related=_ids(read.related, read.id),
        upstream=_ids(read.upstream, read.id),
        summary=(read.summary or "").strip()[:SUMMARY],
        details=(read.details or "").strip()[:DETAILS],
        severity=severity.rating,
        score=severity.score,
        vector=severity.vector,
        references=tuple(_references(read.references))[:MOST_REFERENCES],
        affected=_affected(read.affected),
    )


def _one_line(error: ValidationError) -> str:
    """Where the first thing is wrong, and what."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place or 'the document'}: {first['msg']}"[:300]


def _given(values: Iterable[T | None]) -> Iterator[T]:
    return (value for value in values if value is not None)


def _ids(values: Iterable[str | None], own: str) -> tuple[str, ...]:
    """Other ids, each once, in order."""
    return tuple(sorted(set(_given(values)) - {own}))[:MOST_ALIASES]


def _references(references: Iterable[schema.Reference | None]) -> Iterator[tuple[str, str]]:
    """What a browser may open without harm."""
    for one in _given(references):
        if one.url.startswith(("https://", "http://")) and len(one.url) <= ADDRESS:
            yield one.type[:20], one.url


def _severity(read: schema.Document) -> Severity:
    """Of the advisory, else the worst of its packages."""
    scores = [*read.severity, *(one for part in read.affected for one in part.severity)]
    parts = [(part.database_specific, part.ecosystem_specific) for part in read.affected]
    return severity_of(
        [(one.type, one.score) for one in _given(scores)],
        database_words(read.database_specific, *(one for pair in parts for one in pair)),
    )


def _affected(parts: Iterable[schema.Affected]) -> tuple[AffectedRecord, ...]:
    """Each package once: what stands in several entries is put together."""
    found: dict[str, tuple[list[Range], dict[str, None]]] = {}
    for number, part in enumerate(parts):
        named = part.package
        purl = named and package_purl(
            ecosystem=named.ecosystem, name=named.name.strip(), purl=named.purl or ""
        )
        if not purl:
            continue
        ranges, listed = found.setdefault(purl, ([], {}))
        ranges += _ranges(part.ranges, f"affected.{number}.ranges")
        listed.update(dict.fromkeys(_versions(part.versions)))
    return tuple(
        AffectedRecord(purl, tuple(dict.fromkeys(ranges)), tuple(listed))
        for purl, (ranges, listed) in sorted(found.items())
    )


def _versions(versions: Iterable[str]) -> Iterator[str]:
    """Longer ones than any registry takes are nobody's."""
    return (one for one in versions if 0 < len(one) <= schema.LONGEST_VERSION)


def _ranges(lines: Iterable[schema.Line], place: str) -> Iterator[Range]:
    for number, line in enumerate(lines):
        if line.type in _TYPES:
            events = tuple(_events(line.events, f"{place}.{number}.events"))
            if all(event.kind is not EventKind.INTRODUCED for event in events):
                raise OsvError(f"{place}.{number}.events: none says where it was introduced")
            yield Range(line.type, events)
        elif line.type != "GIT":
            raise OsvError(f"{place}.{number}.type: there is no {line.type[:40]!r}")


def _events(values: Iterable[Any], place: str) -> Iterator[Event]:
    """Events; one object that names several, as some databases write it, stands for each."""
    for number, value in enumerate(values):
        named = [name for name in _KINDS if isinstance(value, dict) and name in value]
        if not named:
            raise OsvError(f"{place}.{number}: names no event")
        for name in named:
            version = schema.clean(value[name]) if isinstance(value[name], str) else ""
            if not 0 < len(version) <= schema.LONGEST_VERSION:
                raise OsvError(f"{place}.{number}.{name}: is no version")
            yield Event(_KINDS[name], version)
