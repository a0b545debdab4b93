"""Compares what Centralcloud has with what the instances hold, without any code of the product.

Read from their tables: an instance's mined facts and declared packages under the name that its code
base has outside, and Centralcloud's contributions and facts. What is missing is lost; what is there
and should not be, or has other numbers, is doubled or stale.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.common.federation import Federation, Site
from tests.common.processes import eventually

Key = tuple[str, str, str, str]
"""Subject, instance, code base, key."""
Numbers = tuple[Any, ...]

_HELD = """
    SELECT 'pattern', p.instance, c.key, p.signature, p.occurrences, p.files
    FROM patterns_codepattern p JOIN publishing_publishedcodebase c ON c.codebase = p.codebase_id
    WHERE p.withdrawn_at IS NULL
    UNION ALL
    SELECT 'framework', f.instance, c.key, f.key, 1, 0
    FROM patterns_framework f JOIN publishing_publishedcodebase c ON c.codebase = f.codebase_id
    WHERE f.withdrawn_at IS NULL
    UNION ALL
    SELECT 'package', d.instance, c.key, split_part(d.purl, '@', 1), 1, 0
    FROM ingestion_declareddependency d
    JOIN publishing_publishedcodebase c ON c.codebase = d.codebase_id
    WHERE d.requirement NOT LIKE 'file:%'
"""  # what comes from a folder is nobody else's business
_CONTRIBUTED = """
    SELECT subject, instance, codebase, key,
        CASE subject WHEN 'pattern' THEN occurrences ELSE 1 END, files
    FROM aggregation_contribution WHERE NOT withdrawn
"""
_FACTS = "SELECT subject, key, instances, codebases, occurrences, files FROM aggregation_globalfact"


@dataclass(frozen=True)
class Difference:
    """What Centralcloud lacks, and what it has too much of or with other numbers."""

    lost: dict[Key, Numbers]
    doubled: dict[Key, Numbers]

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled)

    def __str__(self) -> str:
        some = [*self.lost.items()][:5], [*self.doubled.items()][:5]
        return f"{len(self.lost)} lost, {len(self.doubled)} doubled or stale: {some}"


def held(instances: Iterable[Site]) -> dict[Key, Numbers]:
    """What the instances hold."""
    return {row[:4]: row[4:] for instance in instances for row in instance.rows(_HELD)}


def contributed(central: Site) -> dict[Key, Numbers]:
    """What Centralcloud was told and counts."""
    return {row[:4]: row[4:] for row in central.rows(_CONTRIBUTED)}


def difference(made: Federation) -> Difference:
    """Contributions against what is held."""
    should, there = held(made.instances), contributed(made.central)
    return Difference(
        lost={key: numbers for key, numbers in should.items() if key not in there},
        doubled={key: numbers for key, numbers in there.items() if should.get(key) != numbers},
    )


def settled(made: Federation, seconds: float = 90.0) -> Difference:
    """The difference once there is none, or when the time is over."""
    eventually(lambda: _agree(made), seconds)
    return difference(made)


def _agree(made: Federation) -> bool:
    """Whether there is no difference; a server that is coming back has nothing to say yet."""
    try:
        return not difference(made)
    except psycopg.OperationalError:
        return False


def totals(should: dict[Key, Numbers]) -> dict[tuple[str, str], Numbers]:
    """What facts add up to: instances, code bases, occurrences, files."""
    places = defaultdict(list)
    for (subject, instance, codebase, key), (occurrences, files) in should.items():
        places[subject, key].append((instance, codebase, occurrences, files))
    return {
        fact: (
            len({instance for instance, *_ in rows}),
            len({(instance, codebase) for instance, codebase, *_ in rows}),
            sum(row[2] for row in rows),
            sum(row[3] for row in rows),
        )
        for fact, rows in places.items()
    }


def aggregates_wrong(made: Federation) -> dict[tuple[str, str], tuple[Numbers, Numbers]]:
    """Facts that Centralcloud adds up to something else: what it should be, and what it says."""
    made.central.manage("aggregate")
    should = totals(held(made.instances))
    says = {row[:2]: row[2:] for row in made.central.rows(_FACTS)}
    return {
        fact: (should.get(fact, ()), says.get(fact, ()))
        for fact in should.keys() | says.keys()
        if _compared(fact, should) != _compared(fact, says)
    }


def _compared(fact: tuple[str, str], numbers: dict[tuple[str, str], Numbers]) -> Numbers:
    """Only patterns have occurrences."""
    found = numbers.get(fact, ())
    return found if fact[0] == "pattern" else found[:2]
