"""Vulnerabilities that an index tells of single versions, as documents in OSV schema.

An index says less than the advisory's own database: only whether this version is affected, and
which ones are mended. So a document speaks for the versions that were asked for and for those from
each up to the next mended one. The index does not date it either: it bears the date of the newest
release among them. The database's own document holds wherever it is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from apps.centralcloud.package_sync.engine.pypi.model import Told
from apps.shared.packages.versions import version_key, versions_sorted

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def advisories_of(
    name: str, told: Iterable[Told], released: Mapping[str, datetime | None]
) -> tuple[Mapping[str, Any], ...]:
    """One document for each vulnerability, in the order of their ids."""
    ordered = sorted(told, key=lambda one: (one.id, version_key("pypi", one.version)))
    groups = groupby(ordered, key=lambda one: one.id)
    return tuple(_document(name, list(group), released) for _, group in groups)


def _document(
    name: str, told: list[Told], released: Mapping[str, datetime | None]
) -> Mapping[str, Any]:
    last = told[-1]
    moments = [released.get(one.version) or _LONG_AGO for one in told]
    versions = list(dict.fromkeys(one.version for one in told))
    affected = {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": [each for one in told for each in _range(one)],
        "versions": versions,
    }
    document = {
        "id": last.id,
        "modified": max(moments).isoformat(),
        "aliases": list(last.aliases),
        "summary": last.summary,
        "details": last.details,
        "references": [{"type": "ADVISORY", "url": last.link}] if last.link else [],
        "affected": [affected],
    }
    return document | ({"withdrawn": last.withdrawn} if last.withdrawn else {})


def _range(one: Told) -> list[dict[str, Any]]:
    """From the version up to the next mended one; nothing where none is."""
    start = version_key("pypi", one.version)
    later = (fix for fix in one.fixed if version_key("pypi", fix) > start)
    fixed = next(iter(versions_sorted("pypi", later)), "")
    events = [{"introduced": one.version}, {"fixed": fixed}]
    return [{"type": "ECOSYSTEM", "events": events}] if fixed else []
