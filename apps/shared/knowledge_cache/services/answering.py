"""Answer from the near copy, else from what is kept in the database, else work it out.

An answer is looked for under the revision that its sources have now, and kept under the revision
that they had before it was worked out: it may be fresher than that says, never older. When a
source has changed and that is committed, everybody looks under another revision.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, Literal

import structlog
from django.conf import settings
from django.db import DataError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.shared.core.version import VERSION
from apps.shared.knowledge_cache.kinds import Kind, Question, question_digest
from apps.shared.knowledge_cache.near import NearAnswer, near

log = structlog.get_logger(__name__)

LARGEST_KEPT = 8 * 1024 * 1024
WAIT = "3s"
"""So long one waits for another who works out the same; then it works it out too."""
Hit = Literal["near", "kept", "made"]
_REVISION = """
    SELECT string_agg(name || '=' || revision || '@' || extract(epoch FROM changed_at), ',' ORDER BY name)
    FROM knowledge_cache_source WHERE name = ANY(%s)
"""  # noqa: E501
_KEPT = """
    UPDATE knowledge_cache_entry SET asked = asked + 1, asked_at = %s
    WHERE kind = %s AND key = %s AND revision = %s
    RETURNING value, made_at
"""
_KEEP = """
    INSERT INTO knowledge_cache_entry AS kept
        (kind, key, question, revision, value, bytes, seconds, asked, made_at, asked_at)
    VALUES (%(kind)s, %(key)s, %(question)s::jsonb, %(revision)s, %(value)s::jsonb, %(bytes)s,
        %(seconds)s, 1, %(made_at)s, %(made_at)s)
    ON CONFLICT (kind, key) DO UPDATE
    SET revision = EXCLUDED.revision, value = EXCLUDED.value, bytes = EXCLUDED.bytes,
        seconds = EXCLUDED.seconds, asked = kept.asked + 1, made_at = EXCLUDED.made_at,
        asked_at = EXCLUDED.asked_at
    WHERE kept.made_at < EXCLUDED.made_at
"""
_TALLY = """
    INSERT INTO knowledge_cache_tally AS known (kind, kept, made, near, since)
    VALUES (%(kind)s, %(kept)s, %(made)s, 0, %(now)s)
    ON CONFLICT (kind) DO UPDATE
    SET kept = known.kept + EXCLUDED.kept, made = known.made + EXCLUDED.made
"""
_TIMEOUT = "SELECT set_config('lock_timeout', %s, true)"
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@dataclass(frozen=True, slots=True)
class Cached:
    """An answer, when it was worked out, and where it was found."""

    value: dict[str, Any]
    made_at: datetime
    hit: Hit


@cache
def _kinds(wiring: str) -> Mapping[str, Kind]:
    return {name: import_string(path) for name, path in import_module(wiring).KNOWLEDGE.items()}


def site_kinds() -> Mapping[str, Kind]:
    """The kinds of answers of this site, as its wiring lists them."""
    return _kinds(settings.SITE_WIRING)


def answer_cached(*, kind: str, question: Question) -> Cached:
    """The answer to a question, as its sources are now.

    Raises:
        KeyError: the site's wiring has no such kind.
        Exception: what working the answer out raises.
    """
    found, key = site_kinds()[kind], question_digest(question)
    revision = _revision(found.sources)
    if answer := near().get(kind, key, revision):
        return Cached(answer.value, answer.made_at, "near")
    if cached := _kept(kind, key, revision):
        near().put(kind, key, revision, NearAnswer(cached.value, cached.made_at))
        return cached
    return _one_at_a_time(found, question, key)


def _revision(sources: Sequence[str]) -> str:
    """The revisions of sources together.

    Each with its time: a revision that was rolled back has a number that comes again. With them
    what else decides: the program, and how many instances must have what others may see.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REVISION, [list(sources)])
        row = cursor.fetchone()
    known = str(row[0] or "0") if row else "0"
    return f"{known},program={VERSION},least={settings.PATTERN_MIN_INSTANCES}"


def _kept(kind: str, key: str, revision: str) -> Cached | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_KEPT, [timezone.now(), kind, key, revision])
        row = cursor.fetchone()
        if row is None:
            return None
        cursor.execute(_TALLY, {"kind": kind, "kept": 1, "made": 0, "now": timezone.now()})
    return Cached(json.loads(row[0]), row[1], "kept")


def _one_at_a_time(kind: Kind, question: Question, key: str) -> Cached:
    """Work it out, unless another does so meanwhile."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            (before,) = cursor.fetchone()
            cursor.execute(_TIMEOUT, [WAIT])
            cursor.execute(_LOCK, [f"knowledge:{kind.name}:{key}"])
            cursor.execute(_TIMEOUT, [before])
            revision = _revision(kind.sources)
            return _kept(kind.name, key, revision) or _make(kind, question, key, revision)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "55P03":  # lock_not_available
            raise
    return _make(kind, question, key, _revision(kind.sources))


def _make(kind: Kind, question: Question, key: str, revision: str) -> Cached:
    """Work it out and keep it. The same comes back from every level: what JSON makes of it.

    One that its sources changed under may be put together from before and after: it is not kept.
    """
    started, made_at = time.perf_counter(), timezone.now()
    text = json.dumps(kind.answer(question))
    seconds = time.perf_counter() - started
    cached = Cached(json.loads(text), made_at, "made")
    values: dict[str, str | int | float | datetime] = {
        "kind": kind.name, "key": key, "question": json.dumps(question), "revision": revision,
        "value": text, "bytes": len(text), "seconds": seconds, "made_at": made_at,
    }  # fmt: skip
    if len(text) <= LARGEST_KEPT and _revision(kind.sources) == revision and _keep(values):
        answer = NearAnswer(cached.value, made_at)
        transaction.on_commit(
            lambda: near().put(kind.name, key, revision, answer),  # what is rolled back is nowhere
            robust=True,
        )
    return cached


def _keep(values: dict[str, str | int | float | datetime]) -> bool:
    """Whether it could be kept: jsonb takes neither NUL nor NaN."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_KEEP, values)
            tally = {"kind": values["kind"], "kept": 0, "made": 1, "now": values["made_at"]}
            cursor.execute(_TALLY, tally)
    except DataError:
        log.exception("answer.not_kept", kind=values["kind"])
        return False
    return True
