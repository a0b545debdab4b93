"""The lines that show best why a chunk was found."""

from apps.singularity.ingestion.engine.snippet import Snippet, snippet_of

CODE = """def load(path):
    data = read(path)
    lines = data.split()
    rows = parse(lines)
    check(rows)
    keep(rows)
    log(rows)
    return validateEmails(rows)"""


def marked(snippet: Snippet) -> list[str]:
    return [snippet.text[start:end] for start, end in snippet.highlights]


def test_the_window_holds_the_words_and_its_line_number() -> None:
    snippet = snippet_of(CODE, "validate emails", first_line=11)
    assert snippet.text.splitlines()[-1].strip() == "return validateEmails(rows)"
    assert snippet.first_line + len(snippet.text.splitlines()) - 1 == 18
    assert marked(snippet) == ["validate", "Emails"]


def test_word_forms_are_marked_as_the_index_finds_them() -> None:
    assert marked(snippet_of("validates = 1", "validating", first_line=1)) == ["validates"]


def test_stop_words_are_not_marked() -> None:
    assert marked(snippet_of("the path", "the path", first_line=1)) == ["path"]


def test_no_match_shows_the_beginning() -> None:
    snippet = snippet_of(CODE, "\U0001f980", first_line=3)
    assert (snippet.first_line, snippet.highlights) == (3, ())
    assert snippet.text.startswith("def load")


def test_special_characters_of_expressions_are_plain() -> None:
    assert marked(snippet_of("a.*b (c|d)", "(c|d) .*", first_line=1)) == []


def test_a_long_line_is_cut() -> None:
    assert len(snippet_of("word" * 1000, "word", first_line=1).text) == 200
