"""Which versions code bases have: those that lock files pin, else what they would get today."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Q, QuerySet

from apps.centralcloud.package_sync.models import Package, Use, UsedVersion, Version
from apps.centralcloud.package_sync.services.holding import packages_hold
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.shared.knowledge_cache.services import source_changed
from apps.shared.packages.versions import newest_allowed, version_key

SOURCE = "uses"
Pins = tuple[str, ...]
Found = tuple[bool, int | None, int | None]
"""Whether it is pinned, the version's id, and how many releases are newer."""


class Release(NamedTuple):
    """What counts of a version here."""

    id: int
    version: str
    position: int
    prerelease: bool
    yanked: bool
    withdrawn: bool


class Held(NamedTuple):
    """A use, what it requires of its package, and what lock files pin."""

    use: int
    package: int
    requirements: Pins
    pins: Pins


@dataclass(slots=False)
class Releases:
    """The versions of one package."""

    ecosystem: str
    rows: list[Release] = field(default_factory=list)
    _chosen: dict[Pins, str] = field(default_factory=dict)

    def find(self, text: str) -> Release | None:
        """The version of this text, else the one that the ecosystem takes for the same."""
        return self._by_text.get(text) or self._by_key.get(version_key(self.ecosystem, text))

    def chosen(self, requirements: Pins) -> str:
        """What a fresh installation gets: a yanked version only where nothing else is allowed."""
        if requirements not in self._chosen:
            there = [row for row in self.rows if not row.withdrawn]
            kept = [row.version for row in there if not row.yanked]
            yanked = [row.version for row in there if row.yanked]
            self._chosen[requirements] = newest_allowed(
                self.ecosystem, requirements, kept
            ) or newest_allowed(self.ecosystem, requirements, yanked)
        return self._chosen[requirements]

    def behind(self, release: Release) -> int:
        """How many releases are newer."""
        return len(self._positions) - bisect_right(self._positions, release.position)

    @cached_property
    def _by_text(self) -> Mapping[str, Release]:
        return {row.version: row for row in self.rows}

    @cached_property
    def _by_key(self) -> Mapping[object, Release]:
        return {version_key(self.ecosystem, row.version): row for row in self.rows}

    @cached_property
    def _positions(self) -> Sequence[int]:
        counted = (row for row in self.rows if not (row.withdrawn or row.yanked or row.prerelease))
        return sorted(row.position for row in counted)


@transaction.atomic
def used_versions_resolve(*, package: Package) -> int:
    """Work out anew which versions of a package code bases have. Returns how many rows changed.

    Needed whenever the versions of a package have changed.
    """
    packages_hold([package.pk])
    rows = Use.objects.filter(package=package)
    changed = _write(list(_held(rows)))
    if changed:
        use_counts_write(packages=[package.pk])
        source_changed(SOURCE)
    return changed


def uses_pin(
    *, named: Mapping[str, str], pins: Mapping[int, Pins], written: Collection[int]
) -> int:
    """Work out the versions of a code base's uses, where something changed. Returns how many rows.

    Args:
        named: the instance and the code base.
        pins: what lock files pin, by package.
        written: the uses that say something else now.
    """
    changed = []
    for one in _held(Use.objects.filter(**named)):
        now = pins.get(one.package, ())
        if one.use in written or set(now) != set(one.pins):
            changed.append(one._replace(pins=now))
    return _write(changed)


def _held(rows: QuerySet[Use]) -> Iterator[Held]:
    pinned = ArrayAgg("versions__text", filter=Q(versions__pinned=True), default=[])
    found = rows.annotate(pins=pinned).order_by("pk")
    for use, package, requirements, pins in found.values_list(
        "pk", "package_id", "requirements", "pins"
    ):
        yield Held(use, package, tuple(requirements), tuple(pins))


def _write(held: Sequence[Held]) -> int:
    """Insert, update and delete what is not as it should be."""
    wanted = dict(_wanted(held))
    known = UsedVersion.objects.filter(use__in=[one.use for one in held])
    there = {(row.use_id, row.text): row for row in known}
    gone = [row.pk for place, row in there.items() if place not in wanted]
    new: list[UsedVersion] = []
    changed: list[UsedVersion] = []
    for place, found in wanted.items():
        row = there.get(place) or UsedVersion(use_id=place[0], text=place[1])
        if row.pk is not None and (row.pinned, row.version_id, row.behind) == found:
            continue
        row.pinned, row.version_id, row.behind = found
        (new if row.pk is None else changed).append(row)
    UsedVersion.objects.filter(pk__in=gone).delete()
    UsedVersion.objects.bulk_create(new)
    UsedVersion.objects.bulk_update(changed, ["pinned", "version", "behind"])
    return len(gone) + len(new) + len(changed)


def _wanted(held: Sequence[Held]) -> Iterator[tuple[tuple[int, str], Found]]:
    releases = _releases({one.package for one in held})
    for one in held:
        known = releases[one.package]
        for text in one.pins or [known.chosen(one.requirements)]:
            if text:
                release = known.find(text)
                found = (release.id, known.behind(release)) if release else (None, None)
                yield (one.use, text), (bool(one.pins), *found)


def _releases(packages: Collection[int]) -> Mapping[int, Releases]:
    ecosystems = Package.objects.filter(pk__in=packages).order_by()
    known = {pk: Releases(name) for pk, name in ecosystems.values_list("pk", "ecosystem")}
    rows = Version.objects.filter(package__in=packages).order_by()
    for package, *row in rows.values_list("package_id", *Release._fields):
        known[package].rows.append(Release(*row))
    return known
