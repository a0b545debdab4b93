"""Replace the learned state of a code base by what holds now, touching only what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from apps.singularity.patterns.models.learned import Learned

T = TypeVar("T", bound=Learned)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Now:
    """Whose state is written, under which revision, and when."""

    codebase: Any
    revision: int
    at: datetime


@dataclass(slots=True)
class Merged(Generic[T]):
    """What a merge did; ``rows`` are those that hold now, by key."""

    rows: dict[str, T] = field(default_factory=dict)
    created: list[T] = field(default_factory=list)
    changed: list[T] = field(default_factory=list)
    withdrawn: list[T] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether a revision is needed to tell of it."""
        return bool(self.created or self.changed or self.withdrawn)


def learned_merge(
    *,
    model: type[T],
    key: str,
    rows: Iterable[Mapping[str, Any]],
    content: Sequence[str],
    now: Now,
) -> Merged[T]:
    """Make ``rows`` what holds of ``model`` in the code base, inside the caller's transaction.

    Args:
        key: the field that names a row within its code base.
        content: the fields that are news when they differ; the others are just kept up to date.
    """
    merged: Merged[T] = Merged()
    manager = model._default_manager  # noqa: SLF001  Django documents it
    known: dict[str, T] = {getattr(row, key): row for row in manager.filter(codebase=now.codebase)}
    refreshed: list[T] = []
    for values in rows:
        row = known.get(values[key])
        if row is None:
            row = _new(model, values, now)
            merged.created.append(row)
        elif differing := _differing(row, values):
            news = row.withdrawn_at is not None or not differing.isdisjoint(content)
            (merged.changed if news else refreshed).append(row)
            _update(row, values, now, news=news)
        merged.rows[values[key]] = row
    merged.withdrawn = [
        row for name, row in known.items() if name not in merged.rows and not row.withdrawn_at
    ]
    for row in merged.withdrawn:
        row.withdrawn_at, row.revision = now.at, now.revision
    _write(model, merged, refreshed)
    manager.filter(codebase=now.codebase, withdrawn_at=None).update(last_seen_at=now.at)
    return merged


def _new(model: type[T], values: Mapping[str, Any], now: Now) -> T:
    return model(
        instance=now.codebase.instance,
        codebase=now.codebase,
        revision=now.revision,
        first_seen_at=now.at,
        last_seen_at=now.at,
        **values,
    )


def _differing(row: Learned, values: Mapping[str, Any]) -> set[str]:
    """The fields that change; all of them where the fact had been withdrawn."""
    if row.withdrawn_at is not None:
        return set(values)
    return {name for name, value in values.items() if getattr(row, name) != value}


def _update(row: Learned, values: Mapping[str, Any], now: Now, *, news: bool) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.withdrawn_at = None
    if news:
        row.revision = now.revision


def _write(model: type[T], merged: Merged[T], refreshed: Sequence[T]) -> None:
    manager = model._default_manager  # noqa: SLF001  Django documents it
    manager.bulk_create(merged.created, batch_size=_BATCH)
    updated = [*merged.changed, *merged.withdrawn, *refreshed]
    if updated:
        fixed = {"id", "instance", "codebase", "first_seen_at"}
        columns = model._meta.concrete_fields  # noqa: SLF001  Django documents it
        names = [column.name for column in columns if column.name not in fixed]
        manager.bulk_update(updated, names, batch_size=_BATCH)
