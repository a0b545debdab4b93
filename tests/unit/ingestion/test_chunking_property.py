"""Chunks are in order, never overlap, and between them is only white space: for any text."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.chunking import Chunked, chunk_text
from apps.singularity.ingestion.engine.languages import LANGUAGES, language_of

SAMPLES = {path.stem: path.read_text() for path in (Path(__file__).parent / "samples").iterdir()}
REPOSITORY = Path(__file__).parents[3]
NEST = 10_000
ODD = [
    "\r",
    "\r\n",
    "\f",
    "\t",
    "\x00",
    "\u2028",
    "\x85",
    "\xa0",
    "\u3000",
    "\ufeff",
    "é",
    "名",
    "🦀",
]
SYNTAX = ["(", ")", "{", "}", "[", "]", '"', "'", '"""', "`", "/*", "*/", "//", "#", "--", "\\"]
WORDS = ["class A:", "def f(x):", "function f() {", "end", "do", "<div>", "</div>", "if", "= 1;"]

pieces = st.lists(
    st.one_of(
        st.sampled_from([*ODD, *SYNTAX, *WORDS, "\n", "\n\n", "    ", " "]),
        st.sampled_from(sorted(SAMPLES.values())).flatmap(
            lambda text: st.integers(0, len(text)).flatmap(
                lambda start: st.integers(0, 200).map(lambda size: text[start : start + size])
            )
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    ),
    max_size=30,
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str]:
    """A language and its sample after cuts, repetitions and insertions."""
    language = draw(st.sampled_from(sorted(SAMPLES)))
    text = SAMPLES[language]
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 120)))
        text = (
            text[:start]
            + draw(st.sampled_from(["", *ODD, *SYNTAX, text[start:end] * 3]))
            + text[end:]
        )
    return language, draw(st.sampled_from([text, text.replace("\n", "\r\n"), text.rstrip()]))


def assert_covers(text: str, chunked: Chunked) -> None:
    """Each chunk is where it says, and what no chunk holds is white space."""
    source = text.encode()
    position, newlines = 0, 0
    for ordinal, chunk in enumerate(chunked.chunks):
        assert chunk.ordinal == ordinal
        assert position <= chunk.start_byte < chunk.end_byte <= len(source)
        assert not source[position : chunk.start_byte].decode().strip()
        assert chunk.content == source[chunk.start_byte : chunk.end_byte].decode()
        assert chunk.content.strip()
        newlines += source.count(b"\n", position, chunk.start_byte)
        assert chunk.start_line == 1 + newlines
        newlines += chunk.content.count("\n")
        assert chunk.end_line == 1 + newlines
        position = chunk.end_byte
    assert not source[position:].decode().strip()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(case=mutated(), budget=st.sampled_from([16, 40, 256]))
def test_mutated_sources_are_covered(case: tuple[str, str], budget: int) -> None:
    language, text = case
    assert_covers(text, chunk_text(text, language=language, token_budget=budget))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts=pieces, language=st.sampled_from(sorted(LANGUAGES)), budget=st.sampled_from([16, 64]))
def test_garbage_is_covered(parts: list[str], language: str, budget: int) -> None:
    text = "".join(parts)
    assert_covers(text, chunk_text(text, language=language, token_budget=budget))


@pytest.mark.parametrize("budget", [16, 256])
def test_own_sources_are_covered(budget: int) -> None:
    paths = [path for path in REPOSITORY.glob("apps/**/*.py") if path.stat().st_size]
    assert len(paths) > 10
    for path in [*paths, REPOSITORY / "README.md", REPOSITORY / "pyproject.toml"]:
        text = path.read_text() if path.exists() else ""
        chunked = chunk_text(text, language=language_of(path.name), token_budget=budget)
        assert_covers(text, chunked)
        assert not chunked.has_syntax_errors


@pytest.mark.parametrize("text", ["", "\n", " \n\t\r\n\f", "\u2028", "\x85\x1c\xa0"])
@pytest.mark.parametrize("language", ["python", "markdown", "text", "json"])
def test_blank_text_has_no_chunk(text: str, language: str) -> None:
    assert chunk_text(text, language=language).chunks == ()


@pytest.mark.parametrize(
    ("language", "opening", "closing"),
    [
        ("python", "f(", ")"),
        ("python", "[", "]"),
        ("javascript", "function f() {\n", "}\n"),
        ("typescript", "{ a: ", "}"),
        ("c", "{\n", "}\n"),
        ("rust", "mod m {\n", "}\n"),
        ("java", "class A {\n", "}\n"),
        ("ruby", "module A\n", "end\n"),
        ("html", "<div>", "</div>"),
        ("json", "[", "]"),
    ],
)
def test_a_deep_nest_is_covered(language: str, opening: str, closing: str) -> None:
    text = opening * NEST + closing * NEST
    chunked = chunk_text(text, language=language)
    assert_covers(text, chunked)
    assert len(chunked.chunks) > 10
    assert max(len(chunk.symbol) for chunk in chunked.chunks) <= 500


def test_parsing_is_given_up_when_it_gets_nowhere() -> None:
    """Lua's parser takes the square of this text's length: it is cut by its lines instead."""
    text = "function f() {\n" * 3 * NEST + "}\n" * 3 * NEST
    chunked = chunk_text(text, language="lua")
    assert_covers(text, chunked)
    assert chunked.has_syntax_errors
    assert not chunk_text(SAMPLES["lua"], language="lua").has_syntax_errors


@pytest.mark.parametrize("language", ["python", "javascript", "json", "text", "markdown"])
@pytest.mark.parametrize("unit", ["word, ", "x", "名", "🦀", " "])
def test_a_line_of_a_megabyte_is_cut(language: str, unit: str) -> None:
    text = f'a = "{unit * (1_000_000 // len(unit.encode()))}"\nb = 2\n'
    chunked = chunk_text(text, language=language)
    assert_covers(text, chunked)
    if unit != " ":
        assert max(len(chunk.content) for chunk in chunked.chunks) < 1_100


def test_lines_end_at_newline_alone() -> None:
    text = "first = 1000 + 2000 + 3000\r# \u2028 b\x0c\n\n\nsecond = [4000, 5000, 6000]"
    chunked = chunk_text(text, language="python", token_budget=16)
    assert_covers(text, chunked)
    assert {chunk.start_line for chunk in chunked.chunks} == {1, 4}


def test_a_budget_that_is_no_budget_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 16"):
        chunk_text("a = 1", language="python", token_budget=15)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(KeyError, match="klingon"):
        chunk_text("a = 1", language="klingon")
