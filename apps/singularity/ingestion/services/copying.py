"""COPY through Django's connection, with Django's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import Copy


@contextmanager
def copy_into(statement: str) -> Iterator[Copy]:
    """Run a ``COPY ... FROM STDIN``; a server or disk that fails is a ``django.db`` error."""
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        yield copy
