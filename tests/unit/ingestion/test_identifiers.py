"""Identifiers become the words that people search by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.identifiers import (
    MAX_TERM,
    STOP_WORDS,
    query_terms,
    split_identifiers,
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("HTTPServer2", ["httpserver2", "http", "server", "2"]),
        ("snake_case", ["snake_case", "snake", "case"]),
        ("__init__", ["init"]),
        ("getURLForID", ["geturlforid", "get", "url", "for", "id"]),
        ("utf8_decode", ["utf8_decode", "utf", "8", "decode"]),
        ("MAX_VALUE", ["max_value", "max", "value"]),
        ("ABC", ["abc"]),
        ("x = y2.z", ["x", "y2", "y", "2", "z"]),
        ("kebab-case", ["kebab", "case"]),
        ("ÄpfelBaum", ["äpfelbaum", "äpfel", "baum"]),
        ("имяФайла", ["имяфайла", "имя", "файла"]),
        ("関数名", ["関数名"]),
        ("___ + - 🎉", []),
        ("", []),
    ],
)
def test_splits_where_people_see_words(text: str, terms: list[str]) -> None:
    assert split_identifiers(text) == terms


def test_full_width_letters_find_their_plain_form() -> None:
    assert split_identifiers("\uff46\uff4f\uff4f") == ["foo"]


@given(st.text())
def test_any_text_gives_bounded_lower_case_terms_without_spaces(text: str) -> None:
    for term in split_identifiers(text):
        assert 0 < len(term) <= MAX_TERM
        assert not any(character.isspace() for character in term)


@given(st.text(alphabet="abAB_1 ", max_size=60))
def test_every_letter_and_digit_is_kept_in_the_parts(text: str) -> None:
    for word in text.split():
        terms = split_identifiers(word)
        parts = terms[1:] if len(terms) > 1 else terms
        assert "".join(parts) == word.replace("_", "").lower()


def test_a_huge_token_gives_few_terms() -> None:
    assert len(split_identifiers("aB" * 1_000_000)) < 600


def test_long_names_find_themselves_by_their_beginning() -> None:
    name = "test_that_" + "a" * 200
    assert split_identifiers(name)[0] == name[:MAX_TERM]


def test_a_question_loses_its_stop_words_but_never_all_its_words() -> None:
    assert query_terms("Return the list of the users") == ["return", "list", "users"]
    assert query_terms("to be or not to be") == ["to", "be", "or", "not"]
    assert "the" in STOP_WORDS
