"""What all entities of a code base amount to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.singularity.patterns.engine.facts import Entity
from apps.singularity.patterns.engine.mined import Place

LARGEST = 10


@dataclass(frozen=True, slots=True)
class EntitySummary:
    """One entity: where it is declared first, its fields, and the entities that it refers to."""

    name: str
    place: Place
    fields: int
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SchemaSummary:
    """The entities of one kind (``source``).

    ``relations`` counts pairs of entities, each direction once; ``largest`` are the entities with
    most fields; ``isolated`` those that no relation leads from or to; ``unresolved`` the names
    that relations lead to and no entity has.
    """

    source: str
    entities: int
    fields: int
    relations: int
    largest: tuple[EntitySummary, ...]
    isolated: tuple[str, ...]
    unresolved: tuple[str, ...]


def summarise_entities(
    by_path: Mapping[str, Iterable[Entity]],
) -> tuple[SchemaSummary, ...]:
    """One summary for each kind of declaration, that with most entities first.

    A table that several files declare (a schema and its migrations) counts once, with the most
    fields that one of them gives it and the relations of all. Names are compared without regard
    to case, underscores and the plural's s: `user_accounts` is `UserAccount`.
    """
    merged: dict[str, dict[str, EntitySummary]] = defaultdict(dict)
    for path in sorted(by_path):
        for entity in by_path[path]:
            known = merged[entity.source]
            key = entity.name if entity.source == "django" else _normal(entity.name)
            known[key] = _merge(known.get(key), path, entity)
    summaries = [_summary(source, list(known.values())) for source, known in merged.items()]
    return tuple(sorted(summaries, key=lambda one: (-one.entities, one.source)))


def _merge(known: EntitySummary | None, path: str, entity: Entity) -> EntitySummary:
    if known is None:
        place = Place(path, entity.line, entity.line)
        return EntitySummary(entity.name, place, entity.fields, entity.relations)
    relations = tuple(dict.fromkeys([*known.relations, *entity.relations]))
    return EntitySummary(known.name, known.place, max(known.fields, entity.fields), relations)


def _summary(source: str, known: list[EntitySummary]) -> SchemaSummary:
    names = {_normal(one.name): one.name for one in known}
    pairs: set[tuple[str, str]] = set()
    unresolved: set[str] = set()
    for one in known:
        for relation in one.relations:
            target = names.get(_normal(relation))
            if target is None:
                unresolved.add(relation)
            else:
                pairs.add((one.name, target))
    related = {name for pair in pairs for name in pair}
    largest = sorted(known, key=lambda one: (-one.fields, one.name))[:LARGEST]
    return SchemaSummary(
        source=source,
        entities=len(known),
        fields=sum(one.fields for one in known),
        relations=len(pairs),
        largest=tuple(largest),
        isolated=tuple(sorted(one.name for one in known if one.name not in related)),
        unresolved=tuple(sorted(unresolved)),
    )


def _normal(name: str) -> str:
    """`user_accounts`, `UserAccount` -> `useraccount`; `categories`, `Category` -> `categori`."""
    bare = re.sub(r"[_\W]", "", name).lower()
    if bare.endswith("ies"):
        return bare.removesuffix("es")
    if bare.endswith("y"):
        return bare.removesuffix("y") + "i"
    return (
        bare.removesuffix("es")
        if bare.endswith(("sses", "xes", "ches"))
        else (bare.removesuffix("s") if not bare.endswith("ss") else bare)
    )
