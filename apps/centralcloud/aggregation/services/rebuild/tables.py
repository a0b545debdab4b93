"""The tables of a rebuild: made beside the live ones, compared with them, put in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, connections
from django.db.models import Model

from apps.centralcloud.aggregation.models import (
    AddingUp,
    Contribution,
    DirtyFact,
    DirtyMember,
    GlobalFact,
    InstanceStatistics,
    Member,
    Stated,
)

SCHEMA = "aggregation_rebuild"
EXAMPLES = 5
WRITTEN_BY_HANDLERS = (Stated, InstanceStatistics)
"""Whoever locks these keeps handlers from changing anything."""
_ALL: Sequence[type[Model]] = (
    Stated, Contribution, GlobalFact, DirtyFact, Member, DirtyMember, AddingUp, InstanceStatistics,
)  # fmt: skip
_KEYS: Mapping[type[Model], Sequence[str]] = {
    Stated: ("instance", "codebase", "subject"),
    Contribution: ("instance", "codebase", "subject", "key"),
    InstanceStatistics: ("instance",),
    Member: ("population", "instance"),
    GlobalFact: ("subject", "key"),
}
# What the weekly clean-up may have removed on one side and not yet on the other.
_COMPARED: Mapping[type[Model], str] = {
    Stated: "revision >= %(kept_revision)s",
    Contribution: "NOT withdrawn OR withdrawn_at >= %(kept)s",
}
_NOT_COMPARED = ("id", "aggregated_at")


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of one table that only one side has, and the keys of a few of them."""

    table: str
    live: int = 0
    rebuilt: int = 0
    examples: Sequence[str] = field(default=())


class RebuildTables:
    """The rebuild's schema; ``kept`` and ``kept_revision`` bound what is compared."""

    def __init__(self, live: str) -> None:
        self.live = live
        self._connection = connections["default"].copy()

    @contextmanager
    def used(self) -> Iterator[None]:
        """Services read and write the rebuild's tables meanwhile."""
        outer = connections["default"]
        connections["default"] = self._connection
        try:
            yield
        finally:
            connections["default"] = outer

    def open(self) -> bool:
        """Make empty tables like the live ones, over those of a rebuild that was killed.

        Returns False where another rebuild is at work in them.
        """
        with self._connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [SCHEMA])
            if not cursor.fetchone()[0]:
                self._connection.close()
                return False
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
            for model in _ALL:
                table = model._meta.db_table  # noqa: SLF001  Django documents _meta
                cursor.execute(
                    f'CREATE UNLOGGED TABLE {SCHEMA}.{table} (LIKE "{self.live}".{table}'
                    " INCLUDING ALL)"
                )
            cursor.execute(f'SET search_path TO {SCHEMA}, "{self.live}"')
        return True

    def close(self) -> None:
        """Remove them."""
        with self._connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        self._connection.close()

    def carry(self, *, before: int) -> int:
        """Take over what was told before the stream begins; returns the contributions.

        ``before`` is a revision: the stream holds nothing of that age any more.
        """
        carried = 0
        for model in (Stated, Contribution):
            table, columns = _table(model), ", ".join(_columns(model))
            with self._connection.cursor() as cursor:
                cursor.execute(
                    f"INSERT INTO {SCHEMA}.{table} ({columns})"
                    f' SELECT {columns} FROM "{self.live}".{table} WHERE revision < %s',
                    [before],
                )
                carried = cursor.rowcount
        with self._connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {SCHEMA}.{_table(InstanceStatistics)}"
                f' SELECT * FROM "{self.live}".{_table(InstanceStatistics)} WHERE revision < %s',
                [before],
            )
        return carried

    def differences(self, given: Mapping[str, Any]) -> list[Difference]:
        """What only one side has, by table; only tables that differ."""
        found = [self._difference(model, given) for model in _KEYS]
        return [one for one in found if one.live or one.rebuilt]

    def swap(self, given: Mapping[str, Any]) -> None:
        """Make the live tables say the same, in the caller's transaction."""
        with connection.cursor() as cursor:
            for model, key in _KEYS.items():
                table = f'"{self.live}".{_table(model)}'
                same = " AND ".join(f"live.{name} = other.{name}" for name in key)
                cursor.execute(
                    f"DELETE FROM {table} live"
                    f" USING ({self._only(self.live, SCHEMA, model)}) other WHERE {same}",
                    given,
                )
                columns = ", ".join(_columns(model, also=("aggregated_at",)))
                cursor.execute(
                    f"INSERT INTO {table} ({columns}) SELECT {columns}"
                    f" FROM {SCHEMA}.{_table(model)} other WHERE NOT EXISTS"
                    f" (SELECT FROM {table} live WHERE {same})"
                )

    def _difference(self, model: type[Model], given: Mapping[str, Any]) -> Difference:
        key = f"concat_ws(' ', {', '.join(_KEYS[model])})"
        counts: list[int] = []
        some: list[str] = []
        with connection.cursor() as cursor:
            for one, other in ((self.live, SCHEMA), (SCHEMA, self.live)):
                cursor.execute(
                    f"SELECT count(*), (array_agg({key} ORDER BY {key}))[1:{EXAMPLES}]"
                    f" FROM ({self._only(one, other, model)}) rows",
                    given,
                )
                count, keys = cursor.fetchone()
                counts.append(count)
                some += keys or []
        return Difference(_table(model), counts[0], counts[1], sorted(set(some))[:EXAMPLES])

    def _only(self, one: str, other: str, model: type[Model]) -> str:
        """Rows that one schema has and the other has not."""
        columns = ", ".join(_columns(model))
        where = _COMPARED.get(model, "true")
        return " EXCEPT ".join(
            f'SELECT {columns} FROM "{schema}".{_table(model)} WHERE {where}'
            for schema in (one, other)
        )


def _table(model: type[Model]) -> str:
    return model._meta.db_table  # noqa: SLF001  Django documents _meta


def _columns(model: type[Model], also: Sequence[str] = ()) -> list[str]:
    names = [one.column for one in model._meta.concrete_fields]  # noqa: SLF001  documented
    return [f'"{name}"' for name in names if name not in _NOT_COMPARED or name in also]
