"""What is asked of registries about packages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.centralcloud.package_sync.models import Package, UsedVersion, Version
from apps.shared.packages.names import full_name


@dataclass(frozen=True, slots=True)
class Asked:
    """A package as it is known before it is read; ``known`` is the digest of its last record."""

    pk: int
    purl: str
    ecosystem: str
    name: str
    known: str
    wanted: tuple[str, ...]
    read_at: datetime | None


def asked_of(ids: Sequence[int]) -> list[Asked]:
    """What to ask: the dependencies of latest versions, and of those that are in use.

    Where those of a version in use are not known yet, its package is read in full.
    """
    wanted: dict[int, list[str]] = defaultdict(list)
    used = UsedVersion.objects.filter(use__package__in=ids).order_by("text").distinct()
    for package, text in used.values_list("use__package", "text"):
        wanted[package].append(text)
    unknown = _unknown(wanted) if wanted else set()
    rows = Package.objects.only("purl", "ecosystem", "digest", "read_at").in_bulk(ids)
    return [
        Asked(
            pk=pk,
            purl=rows[pk].purl,
            ecosystem=rows[pk].ecosystem,
            name=full_name(rows[pk].purl),
            known="" if pk in unknown else rows[pk].digest,
            wanted=tuple(wanted[pk]),
            read_at=rows[pk].read_at,
        )
        for pk in ids
        if pk in rows
    ]


def _unknown(wanted: Mapping[int, Sequence[str]]) -> set[int]:
    """Packages of which a version in use has dependencies that are not known."""
    texts = {text for of in wanted.values() for text in of}
    rows = Version.objects.filter(package__in=wanted, version__in=texts, depends=False).order_by()
    found = rows.values_list("package_id", "version")
    return {package for package, text in found if text in wanted[package]}
