"""Rows of mining, each of one instance throughout."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.singularity.patterns.models import (
    ArchitectureChange,
    ArchitecturePattern,
    CodePattern,
    DataSchema,
    Finding,
    Framework,
    Mining,
    ModuleGraph,
    PatternSupport,
)
from tests.common.factories.ingestion import CodebaseFactory

SINCE = datetime(2026, 1, 5, 9, tzinfo=UTC)


def place(path: str, start_line: int, end_line: int) -> dict[str, Any]:
    """An example's place."""
    return {"path": path, "start_line": start_line, "end_line": end_line}


def indicator(text: str, *where: str, weight: float = 1.0) -> dict[str, Any]:
    """An indicator of an architecture pattern."""
    return {"text": text, "where": list(where), "weight": weight}


def component(path: str, **measures: Any) -> dict[str, Any]:
    """A component of a module graph."""
    return {
        "path": path, "label": path, "files": 4, "lines": 400, "layer": 0, "fan_in": 1,
        "fan_out": 1, "instability": 0.5, "abstractness": 0.1, "distance": 0.4, "entry_points": 0,
    } | measures  # fmt: skip


def graph(**parts: Any) -> dict[str, Any]:
    """A module graph as JSON."""
    return {
        "modules": [], "components": [], "component_dependencies": [],
        "cycles": [], "deferred_cycles": [], "component_cycles": [], "violations": [],
        "external": 0,
    } | parts  # fmt: skip


class LearnedFactory(DjangoModelFactory[Any]):
    """A fact that holds."""

    class Meta:
        abstract = True

    codebase = factory.SubFactory(CodebaseFactory)
    instance = factory.SelfAttribute("codebase.instance")
    revision = 1
    first_seen_at = SINCE
    last_seen_at = factory.LazyFunction(timezone.now)

    class Params:
        withdrawn = factory.Trait(withdrawn_at=factory.LazyFunction(timezone.now))


class PatternFactory(LearnedFactory):
    """An idiom."""

    class Meta:
        model = CodePattern

    kind = "idiom"
    language = "python"
    signature = factory.LazyAttributeSequence(
        lambda pattern, number: (
            f"{pattern.kind}-1-{hashlib.sha256(str(number).encode()).hexdigest()[:32]}"
        )
    )
    template = factory.Sequence(lambda number: f"with open($A, $STR) as $B:\n    $B.read({number})")
    occurrences = 40
    files = 12
    confidence = 0.9
    score = factory.Sequence(lambda number: 1000.0 - number)
    rank = factory.Sequence(lambda number: number + 1)
    examples = factory.LazyFunction(lambda: [place("src/module.py", 3, 4)])


class SupportFactory(DjangoModelFactory[PatternSupport]):
    """A point of a pattern's course, a day after the one before."""

    class Meta:
        model = PatternSupport

    pattern = factory.SubFactory(PatternFactory)
    revision = factory.Sequence(lambda number: number + 1)
    mined_at = factory.LazyAttribute(lambda point: SINCE + timedelta(days=point.revision))
    occurrences = 40
    files = 12


class RuleFactory(PatternFactory):
    """A rule that most places keep."""

    kind = "rule"
    template = "who calls sqlite3.connect also calls sqlite3.connect().close"
    occurrences = 47
    confidence = 0.96
    details = factory.LazyFunction(
        lambda: {"holds": 47, "applies": 49, "expected": 0.0305, "lift": 31.5, "in_order": False}
    )


class FindingFactory(LearnedFactory):
    """A place that breaks a rule."""

    class Meta:
        model = Finding

    pattern = factory.SubFactory(RuleFactory, codebase=factory.SelfAttribute("..codebase"))
    fingerprint = factory.Sequence(lambda number: hashlib.sha256(str(number).encode()).hexdigest())
    path = factory.Sequence(lambda number: f"src/store{number}.py")
    symbol = "Store.load"
    start_line = 10
    end_line = 14
    message = "calls sqlite3.connect without sqlite3.connect().close, which 47 of 49 do"


class ArchitectureFactory(LearnedFactory):
    """A detected architecture pattern."""

    class Meta:
        model = ArchitecturePattern

    key = factory.Sequence(lambda number: f"pattern-{number}")
    name = "Layered"
    description = "Layers that only use those below them."
    signature = factory.LazyAttribute(lambda pattern: f"architecture-1-{pattern.key}")
    confidence = 0.8
    met = factory.LazyFunction(lambda: [indicator("Imports point one way", "src/web", "src/store")])
    missed = factory.LazyFunction(lambda: [{"text": "A folder for each layer", "weight": 1.0}])
    against = factory.LazyFunction(list)


class ModuleGraphFactory(DjangoModelFactory[ModuleGraph]):
    """Two components, one of which needs the other."""

    class Meta:
        model = ModuleGraph

    codebase = factory.SubFactory(CodebaseFactory)
    instance = factory.SelfAttribute("codebase.instance")
    revision = 1
    mined_at = factory.LazyFunction(timezone.now)
    graph = factory.LazyFunction(
        lambda: graph(
            components=[
                component("src/store", fan_in=1, fan_out=0, instability=0.0),
                component("src/web", layer=1, fan_in=0, instability=1.0, abstractness=None),
            ],
            component_dependencies=[
                {"source": "src/web", "target": "src/store", "imports": 7, "path": "src/web/a.py",
                 "line": 2}
            ],
        )
    )  # fmt: skip
    summary = factory.LazyFunction(dict)
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><title>drawn</title></svg>'
    )


class ChangeFactory(DjangoModelFactory[ArchitectureChange]):
    """A new cycle."""

    class Meta:
        model = ArchitectureChange

    codebase = factory.SubFactory(CodebaseFactory)
    instance = factory.SelfAttribute("codebase.instance")
    revision = factory.Sequence(lambda number: number + 1)
    found_at = factory.LazyFunction(timezone.now)
    kind = "cycle_new"
    message = "a new cycle between src/web and src/store"


class FrameworkFactory(LearnedFactory):
    """A framework in use."""

    class Meta:
        model = Framework

    key = factory.Sequence(lambda number: f"framework-{number}")
    name = factory.Sequence(lambda number: f"Framework {number}")
    category = "web"
    purl = factory.LazyAttribute(lambda one: f"pkg:pypi/{one.key}@5.2.1")
    version = "5.2.1"
    requirement = ">=5.2"
    scope = "runtime"
    confidence = 0.95
    evidence = factory.LazyFunction(
        lambda: [
            {"kind": "declared", "detail": ">=5.2", "path": "pyproject.toml", "line": 8},
            {"kind": "import", "detail": "in 12 files", "path": "src/web/views.py", "line": 1},
        ]
    )


class SchemaFactory(LearnedFactory):
    """Entities that models declare."""

    class Meta:
        model = DataSchema

    source = "django"
    entities = 12
    field_count = 80
    relations = 15


class MiningFactory(DjangoModelFactory[Mining]):
    """The last mining of a code base."""

    class Meta:
        model = Mining

    codebase = factory.SubFactory(CodebaseFactory)
    instance = factory.SelfAttribute("codebase.instance")
    revision = 1
    codebase_revision = 1
    version = "1"
    files = 40
    nodes = 90_000
    mined_at = factory.LazyFunction(timezone.now)
