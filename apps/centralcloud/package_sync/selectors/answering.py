"""Packages that are asked for, and one in detail, as every door answers them."""

from __future__ import annotations

from django.utils import timezone

from apps.centralcloud.package_sync.models import Package
from apps.centralcloud.package_sync.selectors.alternatives import alternatives_told
from apps.centralcloud.package_sync.selectors.described import packages_described
from apps.centralcloud.package_sync.selectors.detail import dependents_told, versions_told
from apps.centralcloud.package_sync.selectors.naming import names_check
from apps.centralcloud.package_sync.selectors.upkeep import upkeep_told
from apps.centralcloud.package_sync.selectors.wanted import (
    Wanted,
    packages_ranked,
    packages_visible,
)
from apps.shared.contracts.fitting import MESSAGE_BYTES, fitting
from apps.shared.contracts.payloads.queries import PackageDetail, PackagesAnswer
from apps.shared.packages.names import full_name, purl_of, purl_plain

VERSIONS_BYTES = 200 * 1024
"""Of JSON for versions, so that what else is told of a package fits beside them."""
DEPENDENTS = 200


def packages_answer(wanted: Wanted, *, limit: int, instance: str = "") -> PackagesAnswer:
    """The best ones that fit into a message, and how many there are.

    Args:
        instance: whose versions are told with them.

    Raises:
        NotThere: an ecosystem, a language or an instance is asked for that there is none of.
    """
    names_check(wanted)
    ids, total = packages_ranked(wanted, limit=limit)
    described = packages_described(ids, instance=instance)
    return PackagesAnswer(
        packages=fitting(described, MESSAGE_BYTES), total=total, answered_at=timezone.now()
    )


def package_answer(purl: str, *, audience: str | None, instance: str = "") -> PackagesAnswer:
    """One package in detail; no package where there is none that the audience may hear of."""
    package = package_named(purl, audience=audience)
    if package is None:
        return PackagesAnswer(answered_at=timezone.now())
    return PackagesAnswer(
        packages=tuple(packages_described([package.pk], instance=instance)),
        total=1,
        detail=_detail(package, audience, instance),
        answered_at=timezone.now(),
    )


def package_named(purl: str, *, audience: str | None) -> Package | None:
    """A package by its purl, written as it may be, with a version or without.

    npm tells capitals apart, people often do not: without the very name, the one in lower case.
    """
    try:
        plain = purl_plain(purl)
        lower = purl_of("npm", full_name(plain).lower()) if plain.startswith("pkg:npm/") else plain
    except ValueError:
        return None
    found = {row.purl: row for row in packages_visible(audience).filter(purl__in={plain, lower})}
    return found.get(plain) or found.get(lower)


def _detail(package: Package, audience: str | None, instance: str) -> PackageDetail:
    dependents = dependents_told(package, audience=audience, limit=DEPENDENTS)
    return PackageDetail(
        versions=fitting(versions_told(package), VERSIONS_BYTES),
        versions_total=package.versions.count(),
        dependents=dependents.purls,
        dependents_total=dependents.total,
        health=upkeep_told(package),
        alternatives=alternatives_told(package, instance=instance) if instance else (),
    )
