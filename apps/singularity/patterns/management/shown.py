"""What was learned of a code base, as text for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.models import CodePattern
from apps.singularity.patterns.selectors.learned import Learned

IDIOMS = 5
USAGES = 5
RULES = 5
FINDINGS = 5
CONVENTIONS = 5
FRAMEWORKS = 12
CHANGES = 5
_TEMPLATE_LINES = 8


def learned_text(learned: Learned) -> str:
    """The best of each kind, with counts; what there is none of is left out."""
    blocks = [
        *_sections(learned),
        "All of it: `manage.py patterns`, the dashboard, or GET /api/v1/patterns.",
    ]
    return "\n".join(blocks)


def _sections(learned: Learned) -> Iterator[str]:
    yield from _idioms(_best(learned.patterns, PatternKind.IDIOM, IDIOMS))
    usages = _best(learned.patterns, PatternKind.API_SET, USAGES)
    yield from _section("Library calls that go together", (_support(row) for row in usages))
    yield from _rules(learned)
    conventions = _best(learned.patterns, PatternKind.CONVENTION, CONVENTIONS)
    yield from _section("Conventions", (f"{row.language}: {row.template}" for row in conventions))
    clones = [row for row in learned.patterns if row.kind == PatternKind.CLONE]
    yield from _section("Clones", (_clone(row) for row in clones[:3]))
    yield from _architecture(learned)
    yield from _section("Built with", _frameworks(learned))
    yield from _section(
        "Data",
        (
            f"{row.source}: {row.entities:,} entities, {row.relations:,} relations"
            for row in learned.schemas
        ),
    )


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    shown = [f"  {line}" for line in lines]
    if shown:
        yield f"\n{title}"
        yield from shown


def _best(rows: Sequence[CodePattern], kind: PatternKind, limit: int) -> list[CodePattern]:
    """The first of a kind, whatever their language."""
    chosen = [row for row in rows if row.kind == kind]
    return sorted(chosen, key=lambda row: (-row.score, row.rank))[:limit]


def _idioms(rows: Sequence[CodePattern]) -> Iterator[str]:
    if rows:
        yield "\nIdioms"
    for row in rows:
        yield f"  {row.rank}. {row.language}, {row.occurrences:,} times in {row.files:,} files"
        lines = row.template.split("\n")
        yield textwrap.indent("\n".join(lines[:_TEMPLATE_LINES]), "       ")
        if len(lines) > _TEMPLATE_LINES:
            yield f"       ... {len(lines) - _TEMPLATE_LINES} more lines"


def _support(row: CodePattern) -> str:
    return f"{row.template.replace(chr(10), ' + ')} ({row.occurrences:,} in {row.files:,} files)"


def _rules(learned: Learned) -> Iterator[str]:
    rules = _best(learned.rules, PatternKind.RULE, RULES)
    yield from _section("Rules that the code keeps", (_rule(row) for row in rules))
    yield from _section(
        f"Where they are broken ({len(learned.findings):,})",
        (f"{row.path}:{row.start_line}: {row.message}" for row in learned.findings[:FINDINGS]),
    )


def _rule(row: CodePattern) -> str:
    return f"{row.template}: {row.details['holds']:,} of {row.details['applies']:,}"


def _clone(row: CodePattern) -> str:
    places = ", ".join(f"{one['path']}:{one['start_line']}" for one in row.examples[:3])
    return f"{row.template}: {places}"


def _architecture(learned: Learned) -> Iterator[str]:
    yield from _section(
        "Architecture",
        (
            f"{row.name}, confidence {row.confidence:.0%}: "
            + "; ".join(str(hit["text"]) for hit in row.met[:3])
            for row in learned.architecture
        ),
    )
    cycles: list[Any] = learned.graph.get("cycles", [])
    components = len(learned.graph.get("components", []))
    if components:
        yield f"  {components:,} components, {len(cycles):,} import cycles at run time"
    yield from _section("Changed", (row.message for row in learned.changes[:CHANGES]))


def _frameworks(learned: Learned) -> Iterator[str]:
    own_first = sorted(learned.frameworks, key=lambda row: row.role != "self")
    for row in own_first[:FRAMEWORKS]:
        role = " (this is it)" if row.role == "self" else ""
        yield f"{row} · {row.category}{role}, confidence {row.confidence:.0%}"
    if len(learned.frameworks) > FRAMEWORKS:
        yield f"and {len(learned.frameworks) - FRAMEWORKS:,} more"
