"""What insights are worked out from: facts that may be shown, and who has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Min, QuerySet

from apps.centralcloud.aggregation.models import Contribution, GlobalFact, Member
from apps.centralcloud.aggregation.selectors.facts import visible
from apps.centralcloud.aggregation.services.populations import population
from apps.shared.contracts.payloads.base import LARGEST

ROWS = 5_000
"""Rows that a stream holds at a time."""


@dataclass(frozen=True, slots=True)
class ShownFact:
    """A fact without its content.

    ``population`` names those that could have it. ``label`` is a name as people use it, empty for
    patterns. ``package`` is the purl, without a version, of the package that it is.
    """

    id: int
    subject: str
    key: str
    kind: str
    language: str
    label: str
    population: str
    package: str
    instances: int
    eligible: int
    joined: int
    left: int
    first_seen_at: datetime | None
    versions: Sequence[str]


_VISIBLE = "f.shown AND f.tellers >= %(least)s"
"""``selectors.facts.visible`` as SQL."""
_FACTS = f"""
    SELECT f.id, f.subject, f.key, f.kind, f.language,
        CASE f.subject WHEN 'pattern' THEN '' ELSE f.name END, {population("f")},
        CASE f.subject WHEN 'package' THEN f.key WHEN 'framework' THEN coalesce((
            SELECT max(split_part(c.details ->> 'purl', '@', 1))
            FROM aggregation_contribution c
            WHERE c.subject = f.subject AND c.key = f.key AND NOT c.withdrawn
        ), '') ELSE '' END,
        f.instances, f.eligible, f.joined, f."left", f.first_seen_at,
        ARRAY(SELECT jsonb_object_keys(coalesce(f.details -> 'versions', '{{}}')))
    FROM aggregation_globalfact f WHERE {_VISIBLE}
    ORDER BY f.subject, f.key COLLATE "C"
"""
_JOINED = f"""
    FROM aggregation_globalfact f
    JOIN aggregation_contribution c ON c.subject = f.subject AND c.key = f.key
    WHERE {_VISIBLE} AND NOT c.withdrawn
"""
_HOLDERS = f"SELECT DISTINCT f.id, c.instance {_JOINED} ORDER BY f.id, c.instance"
_RULES = f"""
    SELECT f.id, c.instance, least(sum(c.occurrences), {LARGEST})::bigint,
        least(sum(c.opportunities), {LARGEST})::bigint {_JOINED}
        AND c.opportunities > 0
    GROUP BY f.id, c.instance ORDER BY f.id, c.instance
"""
_VERSIONS = f"""
    SELECT f.id, c.instance, array_agg(DISTINCT version ORDER BY version)
    FROM aggregation_globalfact f
    JOIN aggregation_contribution c ON c.subject = f.subject AND c.key = f.key,
        jsonb_array_elements_text(c.details -> 'versions') AS version
    WHERE {_VISIBLE} AND NOT c.withdrawn AND f.subject IN ('framework', 'package')
    GROUP BY f.id, c.instance ORDER BY f.id, c.instance
"""


def shown_facts() -> Iterator[ShownFact]:
    """Facts that others may see, by subject and key."""
    return (ShownFact(*row) for row in _streamed(_FACTS))


def fact_holders() -> Iterator[tuple[int, str]]:
    """Each shown fact with each instance that has it, by the fact's id."""
    return _streamed(_HOLDERS)


def rule_counts() -> Iterator[tuple[int, str, int, int]]:
    """At how many places an instance keeps a shown rule, of how many, by the fact's id."""
    return _streamed(_RULES)


def fact_versions() -> Iterator[tuple[int, str, list[str]]]:
    """The versions of shown packages and frameworks at each instance, by the fact's id.

    ``ShownFact.versions`` are those of them that others may see.
    """
    return _streamed(_VERSIONS)


def populations() -> Iterator[tuple[str, str]]:
    """Each population with each of its instances."""
    rows = Member.objects.order_by("population", "instance")
    return rows.values_list("population", "instance").iterator(chunk_size=ROWS)


def newcomers(*, since: datetime) -> list[str]:
    """Instances that had nothing before a time: what they have says nothing of a trend."""
    rows = Contribution.objects.filter(withdrawn=False).order_by().values("instance")
    first = rows.annotate(first=Min("first_seen_at"))
    return list(first.filter(first__gt=since).values_list("instance", flat=True))


def fact_names(ids: Sequence[int]) -> dict[int, str]:
    """What people read of facts that are still shown: a template, a name, a purl."""
    return dict(GlobalFact.objects.filter(visible(), id__in=ids).values_list("id", "name"))


def facts_shown(*, subject: str = "") -> QuerySet[GlobalFact]:
    """Facts that others may see, those of most instances first."""
    rows = GlobalFact.objects.filter(visible())
    if subject:
        rows = rows.filter(subject=subject)
    return rows.order_by("-instances", "-confidence", "id")


def keys_shown(*, keys: Sequence[str]) -> set[tuple[str, str]]:
    """Which of these keys others may see, each with its subject."""
    rows = GlobalFact.objects.filter(visible(), key__in=keys)
    return set(rows.values_list("subject", "key"))


def _streamed(query: str) -> Iterator[Any]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, {"least": settings.PATTERN_MIN_INSTANCES})
        while rows := cursor.fetchmany(ROWS):
            yield from rows
