"""Word tables: counted, merged, written."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.shared.vocabulary.table import count, merge, table_digest, table_read, table_write
from apps.shared.vocabulary.words import words_of

TABLES = st.lists(
    st.dictionaries(st.sampled_from(["get", "_name", " x", "\n    "]), st.integers(1, 10**9))
)


def test_words_are_parts_of_names_with_what_stands_before() -> None:
    text = 'def getHTTPName(self):\n    return my_list[1234] + "é"\r\n'
    assert words_of(text) == [
        *("def", " get", "HTTP", "Name", "(self", "):\n    ", "return", " my", "_list"),
        *("[", "123", "4", "] ", "+ ", '"', "é", '"\r\n'),
    ]


def test_long_words_are_data() -> None:
    assert count(["get " + "x" * 64, "get", "x" * 64]) == {"get": 2, "x" * 64: 1}


@settings(max_examples=100, deadline=None)
@given(TABLES)
def test_merging_is_order_free_and_keeps_every_word(tables: list[dict[str, int]]) -> None:
    merged = merge(tables)
    assert merge(tables[::-1]) == merged
    assert set(merged) == {word for table in tables for word in table}


def test_a_large_code_base_outvotes_no_small_one() -> None:
    large, small = Counter(get=900_000, put=100_000), Counter(get=1, put=9)
    merged = merge([large, small])
    assert merged["get"] == merged["put"] == 1_000_000


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.integers(1, 9)
    )
)
def test_a_table_comes_back_from_its_file(table: dict[str, int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        table_write(Path(folder) / "words.txt", table)
        assert table_read(Path(folder) / "words.txt") == table
    assert table_digest(dict(reversed(table.items()))) == table_digest(table)
