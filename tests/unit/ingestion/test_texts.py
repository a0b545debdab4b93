"""The stored text of a file, put together from its chunks again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.chunking import chunk_text
from apps.singularity.ingestion.selectors.texts import text_of
from tests.common.trees import SMALL

LINES = st.lists(
    st.sampled_from(
        [
            "",
            "   ",
            "\t",
            "def f(a):",
            "    return a",
            "    # é ü",
            "class C:",
            "x = 1",
            "\f",
            "  )",
        ]
    ),
    max_size=60,
)


def rebuilt(text: str, language: str) -> str:
    chunks = chunk_text(text, language=language, token_budget=16).chunks
    return text_of((one.start_line, one.start_byte, one.content) for one in chunks)


def same_but_for_blanks(text: str, again: str) -> None:
    """Every line that holds something stands under its number, at its offset."""
    for before, after in zip(text.split("\n"), again.split("\n"), strict=False):
        assert after == before or not before.strip()
    assert len(again.encode()) <= len(text.encode())
    assert not text.encode()[len(again.encode()) :].strip()
    for at, byte in enumerate(again.encode()):
        assert byte == text.encode()[at] or chr(byte).isspace()


@given(LINES, st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=200, deadline=None)
def test_every_line_keeps_its_number_and_its_offset(lines: list[str], end: str) -> None:
    text = end.join(lines)
    same_but_for_blanks(text, rebuilt(text, "python"))


@pytest.mark.parametrize("path", [path for path in SMALL if path.endswith(".py")])
def test_small_files_come_back(path: str) -> None:
    content = SMALL[path]
    text = content if isinstance(content, str) else content.decode()
    same_but_for_blanks(text, rebuilt(text, "python"))


def test_a_long_line_that_was_cut_is_joined() -> None:
    text = "values = [" + ", ".join(str(n) for n in range(2000)) + "]\n"
    assert rebuilt(text, "python").rstrip() == text.rstrip()
