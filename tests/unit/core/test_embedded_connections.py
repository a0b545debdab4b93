"""The servers that the tests run on are the real ones."""

import pytest
from django.core.cache import cache
from django.db import connection


@pytest.mark.django_db
def test_database_is_postgresql_18_with_pgvector() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        assert cursor.fetchone() == (18,)
        cursor.execute("SELECT '[1,2]'::vector <-> '[1,4]'")
        assert cursor.fetchone() == (2.0,)


def test_cache_keeps_a_value(valkey: str) -> None:
    cache.set("answer", 42)
    assert cache.get("answer") == 42
    assert valkey.startswith("unix://")
