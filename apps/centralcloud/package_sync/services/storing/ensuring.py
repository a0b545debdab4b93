"""Rows for packages that are named somewhere, before their registries are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value

from apps.centralcloud.package_sync.engine.registry import ECOSYSTEMS
from apps.centralcloud.package_sync.engine.words import words_of_name
from apps.centralcloud.package_sync.models import Package
from apps.centralcloud.package_sync.models.packages import NAME_LENGTH, PURL_LENGTH
from apps.shared.packages.names import purl_split

BATCH = 2_000
T = TypeVar("T")


@transaction.atomic
def package_ensure(purls: Iterable[str]) -> dict[str, int]:
    """The ids of packages by purl; those that have no row yet get one, and are found by their name.

    What is no purl without a version, or longer than its column, is left out. Safe beside
    others that do the same: rows are made in the order of purls, so none waits for ever.
    """
    wanted = sorted(set(purls))
    ids = _known(wanted)
    missing = [purl for purl in wanted if purl not in ids]
    new = [row for purl in missing if (row := _row(purl)) is not None]
    for rows in _batches(new):
        Package.objects.bulk_create(rows, ignore_conflicts=True)
    return ids | _known([row.purl for row in new])


def _known(purls: Sequence[str]) -> dict[str, int]:
    rows = Package.objects.order_by()
    return {
        purl: pk
        for batch in _batches(purls)
        for purl, pk in rows.filter(purl__in=batch).values_list("purl", "pk")
    }


def _row(purl: str) -> Package | None:
    try:
        ecosystem, namespace, name, version = purl_split(purl)
    except ValueError:
        return None
    names = (namespace, name)
    if version or len(purl) > PURL_LENGTH or len(max(names, key=len)) > NAME_LENGTH:
        return None
    if not "".join(names).isprintable():
        return None
    state = Package.State.NEW if ecosystem in ECOSYSTEMS else Package.State.UNREAD
    words = SearchVector(Value(words_of_name(namespace, name)), weight="A", config="simple")
    return Package(
        purl=purl, ecosystem=ecosystem, namespace=namespace, name=name, state=state, words=words
    )


def _batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
