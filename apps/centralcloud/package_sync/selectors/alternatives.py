"""What similar instances use instead of a package."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.conf import settings
from django.db.models import Count

from apps.centralcloud.package_sync.engine.alternatives import (
    Candidate,
    Choice,
    choices,
    jaccard,
)
from apps.centralcloud.package_sync.models import Package, Use
from apps.centralcloud.package_sync.selectors.wanted import packages_visible
from apps.shared.contracts.payloads.queries import Alternative

SIMILAR = 20
"""Instances that are looked at: those most like the one that asks."""
COMPARED = 100
"""Instances that share most packages with it, of which those are taken."""
TOLD = 20


def alternatives_told(package: Package, *, instance: str) -> tuple[Alternative, ...]:
    """Packages of one role with this one that similar instances use and it not; maybe none.

    Similar are the instances with the greatest Jaccard similarity of what they use. Nothing is
    said where fewer than ``PATTERN_MIN_INSTANCES`` of them use something instead, or where not
    more of them do than use both. Only what the asking instance may hear of is named.
    """
    similar = instances_similar(instance)
    if not package.keywords or len(similar) < settings.PATTERN_MIN_INSTANCES:
        return ()
    used = Use.objects.filter(instance__in=similar).order_by().values("package")
    visible = packages_visible(instance).filter(ecosystem=package.ecosystem, pk__in=used)
    named = visible.filter(keywords__overlap=package.keywords).order_by()
    rows = {row.pk: row for row in named.only("purl", "keywords", "instances")}
    users = _users(similar, [package.pk, *rows])
    role = {pk: _candidate(row, users) for pk, row in rows.items()}
    asked = role.pop(package.pk, None) or _candidate(package, users)
    found = choices(asked, role, least=settings.PATTERN_MIN_INSTANCES)
    return tuple(_told(rows[one.id], one, len(similar)) for one in found[:TOLD])


def instances_similar(instance: str) -> list[str]:
    """The instances most like one by the packages that they use; two queries."""
    own = Use.objects.filter(instance=instance).order_by().values("package")
    others = Use.objects.filter(package__in=own).exclude(instance=instance).order_by()
    shared = dict(
        others.values("instance")
        .annotate(n=Count("package", distinct=True))
        .order_by("-n", "instance")
        .values_list("instance", "n")[:COMPARED]
    )
    sizes = _sizes([instance, *shared])
    size = sizes.get(instance, 0)
    likeness = {name: jaccard(n, size, sizes[name]) for name, n in shared.items()}
    return sorted(likeness, key=lambda name: (-likeness[name], name))[:SIMILAR]


def _sizes(instances: Iterable[str]) -> Mapping[str, int]:
    rows = Use.objects.filter(instance__in=list(instances)).order_by().values("instance")
    counted = rows.annotate(n=Count("package", distinct=True))
    return dict(counted.values_list("instance", "n"))


def _users(instances: Sequence[str], packages: Collection[int]) -> Mapping[int, frozenset[str]]:
    """Which of these instances use each of these packages."""
    rows = Use.objects.filter(instance__in=instances, package__in=packages).order_by()
    found: dict[int, set[str]] = defaultdict(set)
    for package, name in rows.values_list("package", "instance"):
        found[package].add(name)
    return {package: frozenset(names) for package, names in found.items()}


def _candidate(row: Package, users: Mapping[int, frozenset[str]]) -> Candidate:
    words = frozenset(word.lower() for word in row.keywords)
    return Candidate(id=row.pk, keywords=words, instances=users.get(row.pk, frozenset()))


def _told(row: Package, choice: Choice, similar: int) -> Alternative:
    reason = (
        f"{choice.instead} of the {similar} instances most like this one use it instead, "
        f"{row.instances:,} use it in all; shared keywords: {', '.join(choice.shared)}"
    )
    return Alternative(purl=row.purl, instances=choice.instead, reason=reason[:500])
