"""R. Martin's measures of modules and components ("OO Design Quality Metrics", 1994)."""

from __future__ import annotations

from collections.abc import Iterable

from apps.singularity.patterns.engine.facts import TypeDefinition

_ABSTRACT_KINDS = frozenset({"interface", "trait", "protocol"})
_ABSTRACT_BASES = frozenset({"ABC", "Protocol", "ABCMeta", "metaclass=ABCMeta"})


def instability(afferent: int, efferent: int) -> float | None:
    """Ce / (Ca + Ce): 0 for what only others need, 1 for what only needs others."""
    total = afferent + efferent
    return round(efferent / total, 4) if total else None


def abstractness(types: Iterable[TypeDefinition]) -> float | None:
    """Share of interfaces, traits, protocols and abstract base classes among types."""
    every = list(types)
    return round(sum(map(is_abstract, every)) / len(every), 4) if every else None


def distance(abstract: float | None, unstable: float | None) -> float | None:
    """Distance from the main sequence A + I = 1, in the unit of both."""
    if abstract is None or unstable is None:
        return None
    return round(abs(abstract + unstable - 1), 4)


def is_abstract(type_: TypeDefinition) -> bool:
    """Whether a type leaves its behaviour to others."""
    if type_.kind in _ABSTRACT_KINDS:
        return True
    return any(base.rpartition(".")[2] in _ABSTRACT_BASES for base in type_.bases)
