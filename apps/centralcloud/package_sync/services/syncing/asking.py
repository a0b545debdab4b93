"""What is asked of a registry about one package."""

from __future__ import annotations

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


def asked_of(pk: int) -> Asked:
    """What to ask: the dependencies of its latest version, and of those that are in use.

    Where those of a version in use are not known yet, it is read in full.
    """
    package = Package.objects.get(pk=pk)
    used = UsedVersion.objects.filter(use__package=package)
    wanted = tuple(used.order_by("text").values_list("text", flat=True).distinct())
    unknown = Version.objects.filter(package=package, version__in=wanted, depends=False)
    return Asked(
        pk=package.pk,
        purl=package.purl,
        ecosystem=package.ecosystem,
        name=full_name(package.purl),
        known="" if unknown.exists() else package.digest,
        wanted=wanted,
        read_at=package.read_at,
    )
