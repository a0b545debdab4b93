"""Take in what code bases tell: COPY into a staging table, then one upsert of what is newer.

Of one key of one code base the highest revision wins; at the same revision present beats
withdrawn, and the greater content beats the smaller one, so that any order comes to the same.
What lies under the floor that the code base has told holds no more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection, transaction
from psycopg import Copy

from apps.centralcloud.aggregation.engine.rows import COLUMNS, FactRow, Told
from apps.centralcloud.aggregation.models import Subject
from apps.centralcloud.aggregation.services import contributing_sql as sql

Message = tuple[Told, Iterable[FactRow]]


@transaction.atomic
def contributions_apply(*, subject: Subject, messages: Sequence[Message]) -> None:
    """Take in messages of one subject, and mark the keys whose contributions changed.

    Batches that run at once wait for each other at the code bases that they share, in the same
    order, so none waits for ever.
    """
    if not messages:
        return
    given = {"subject": subject.value}
    with connection.cursor() as cursor:
        cursor.execute(sql.STAGE)
        repeats = stage(messages)
        cursor.execute(sql.STATE, given)
        cursor.execute(sql.upsert(repeats=repeats), given)
        if any(told.state.floor for told, _ in messages):
            cursor.execute(sql.FLOOR, given)


def stage(messages: Sequence[Message]) -> bool:
    """COPY messages and their rows into the empty staging tables of this connection.

    Returns whether a key of a code base comes more than once: only then must it be sorted out.
    """
    with connection.cursor() as cursor, connection.wrap_database_errors:
        with cursor.copy(sql.COPY_MESSAGES) as copy:
            copy.set_types(["int4", "text", "text", "int8", "int8"])
            for number, (told, _) in enumerate(messages):
                state = told.state
                copy.write_row((number, told.instance, state.codebase, state.revision, state.floor))
        with cursor.copy(sql.COPY_FACTS) as copy:
            copy.set_types(["int4", *(kind for _, kind in COLUMNS)])
            return _facts_write(copy, messages)


def _facts_write(copy: Copy, messages: Sequence[Message]) -> bool:
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    written = 0
    for number, (told, rows) in enumerate(messages):
        known = keys[told.instance, told.state.codebase]
        for row in rows:
            copy.write_row((number, *row))
            known.add(row[1])
            written += 1
    return written > sum(map(len, keys.values()))
