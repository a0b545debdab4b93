"""Who uses which package: read again from what code bases declare, where that has changed.

The site's wiring names under ``DECLARED`` the module that tells what they declare.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.centralcloud.package_sync.models import ReadCodebase, Use, UsedVersion
from apps.centralcloud.package_sync.services.holding import packages_hold
from apps.centralcloud.package_sync.services.storing import package_ensure
from apps.centralcloud.package_sync.services.use_counts import use_counts_write
from apps.centralcloud.package_sync.services.used_versions import used_versions_resolve, uses_pin
from apps.shared.contracts.payloads.packages import PackageFact
from apps.shared.knowledge_cache.services import source_changed
from apps.shared.packages.names import purl_split
from apps.shared.packages.versions import exact_version

__all__ = ["Declarations", "instance_uses_remove", "used_versions_resolve", "uses_read"]

SOURCE = "uses"
State = tuple[str, str, int, int]
"""Instance, code base, and the revision and floor that its declarations stand under."""

_UPSERT = """
    INSERT INTO package_sync_use AS known
        (package_id, instance, codebase, requirements, scopes, first_seen_at)
    SELECT package, %(instance)s, %(codebase)s, requirements, scopes, first_seen_at
    FROM jsonb_to_recordset(%(told)s::jsonb)
        AS told (package bigint, requirements text[], scopes text[], first_seen_at timestamptz)
    ORDER BY package
    ON CONFLICT (instance, codebase, package_id) DO UPDATE
    SET requirements = EXCLUDED.requirements, scopes = EXCLUDED.scopes,
        first_seen_at = EXCLUDED.first_seen_at
    WHERE (known.requirements, known.scopes, known.first_seen_at) IS DISTINCT FROM
        (EXCLUDED.requirements, EXCLUDED.scopes, EXCLUDED.first_seen_at)
    RETURNING id
"""


class Declarations(Protocol):
    """What the wiring's ``DECLARED`` offers."""

    def declared_states(self) -> Iterable[State]:
        """Each code base that has declared something, in a fixed order."""

    def declared_packages(self, *, instance: str, codebase: str) -> Iterable[PackageFact]:
        """What a code base declares now; nobody changes it until the transaction ends."""


def uses_read() -> dict[str, int]:
    """Read what changed since the last reading, each code base in a transaction of its own.

    Returns how many code bases were read, how many are gone, and how many uses were written and
    removed. What changes meanwhile is read the next time.
    """
    declarations = _declarations()
    known = {
        (row.instance, row.codebase): (row.revision, row.floor)
        for row in ReadCodebase.objects.all()
    }
    done = {"codebases": 0, "gone": 0, "written": 0, "removed": 0}
    for state in declarations.declared_states():
        before = known.pop(state[:2], None)
        if before != state[2:]:
            written, removed = _codebase_read(declarations, state)
            done["codebases"] += 1
            done["written"] += written
            done["removed"] += removed
    for instance, codebase in sorted(known):
        done["removed"] += _codebase_remove(instance, codebase)
        done["gone"] += 1
    _count()
    return done


@transaction.atomic
def _count() -> None:
    """All packages: what a reading that broke off left uncounted is counted by the next one."""
    if use_counts_write():
        source_changed(SOURCE)


@transaction.atomic
def instance_uses_remove(*, instance: str) -> int:
    """Forget all that an instance uses. Returns how much that was."""
    removed = _forget({"instance": instance})
    if use_counts_write() or removed:
        source_changed(SOURCE)
    return removed


@transaction.atomic
def _codebase_remove(instance: str, codebase: str) -> int:
    removed = _forget(_named(instance, codebase))
    if removed:
        source_changed(SOURCE)
    return removed


def _forget(named: Mapping[str, str]) -> int:
    read = ReadCodebase.objects.filter(**named)
    list(read.select_for_update().order_by("codebase"))
    uses = Use.objects.filter(**named).order_by("pk").values_list("pk", flat=True)
    removed = _remove(list(uses))
    read.delete()
    return removed


def _declarations() -> Declarations:
    path: str = import_module(settings.SITE_WIRING).DECLARED
    return cast("Declarations", import_module(path))


def _named(instance: str, codebase: str) -> dict[str, str]:
    return {"instance": instance, "codebase": codebase}


def _codebase_read(declarations: Declarations, state: State) -> tuple[int, int]:
    """Bring the uses of one code base to what it declares; how many were written and removed.

    Rows of packages that nobody knew are committed first: who waits for such a row holds the row
    of another package, and this would wait for that.
    """
    named = _named(*state[:2])
    ids = package_ensure(fact.purl for fact in declarations.declared_packages(**named))
    with transaction.atomic():
        told = {
            ids[fact.purl]: fact
            for fact in declarations.declared_packages(**named)
            if fact.purl in ids
        }
        _note(state)
        packages_hold(told.keys())
        removed = _remove(
            list(
                Use.objects.filter(**named)
                .exclude(package__in=told.keys())
                .values_list("pk", flat=True)
            )
        )
        written = _write(named, told)
        pins = {pk: _pins(fact) for pk, fact in told.items()}
        pinned = uses_pin(named=named, pins=pins, written=written)
        if written or removed or pinned:
            source_changed(SOURCE)
    return len(written), removed


def _pins(fact: PackageFact) -> tuple[str, ...]:
    """The versions of lock files; where there are none, of requirements that one version meets."""
    ecosystem = purl_split(fact.purl)[0]
    exact = {exact_version(ecosystem, requirement) for requirement in fact.requirements}
    return fact.versions or tuple(sorted(exact - {""}))


def _note(state: State) -> None:
    """How far the code base is read; two that read it at once wait for each other here."""
    instance, codebase, revision, floor = state
    ReadCodebase.objects.update_or_create(
        instance=instance,
        codebase=codebase,
        defaults={"revision": revision, "floor": floor, "read_at": timezone.now()},
    )


def _write(named: Mapping[str, str], told: Mapping[int, PackageFact]) -> set[int]:
    """Insert or update uses; the ids of those that say something else now."""
    rows = [
        {
            "package": package,
            "requirements": list(fact.requirements),
            "scopes": list(fact.scopes),
            "first_seen_at": fact.first_seen_at.isoformat(),
        }
        for package, fact in told.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, {**named, "told": json.dumps(rows)})
        return {pk for (pk,) in cursor.fetchall()}


def _remove(uses: Sequence[int]) -> int:
    UsedVersion.objects.filter(use__in=uses).delete()
    return Use.objects.filter(pk__in=uses).delete()[0]
