"""What must hold whatever a file is called inside."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.names import read_names

PYTHON = """
import sqlite3, os as LOCAL0
from json import loads as LOCAL1
def LOCAL2(LOCAL3, *LOCAL4):
    LOCAL5 = sqlite3.connect(LOCAL3)
    with LOCAL5.cursor() as LOCAL6, open(LOCAL3) as LOCAL7:
        LOCAL6.execute(LOCAL7.read()).fetchall()
    for LOCAL8 in LOCAL0.scandir("."):
        LOCAL8.stat().st_size
    LOCAL5.commit()
    return [LOCAL1(LOCAL9) for LOCAL9 in LOCAL4 if len(LOCAL9)]
"""
GO = """
package x
import LOCAL0 "os"
func LOCAL1(LOCAL2 string) {
	LOCAL3, LOCAL4 := LOCAL0.Open(LOCAL2)
	for _, LOCAL5 := range LOCAL3.List() { len(LOCAL5) }
	LOCAL3.Close()
}
"""
TYPESCRIPT = """
import * as LOCAL0 from 'fs';
const LOCAL1 = (LOCAL2: string, { x: LOCAL3 }) => {
  const LOCAL4 = LOCAL0.openSync(LOCAL2);
  LOCAL4.close();
  return JSON.parse(LOCAL3);
};
"""
NAMES = st.lists(
    st.from_regex(r"zz[a-z]{1,6}[0-9]?", fullmatch=True), min_size=10, max_size=10, unique=True
)


def resolved(text: str, language: str) -> Counter[str]:
    grammar = grammar_of(language)
    assert grammar is not None
    source = text.encode()
    tree = grammar.parse(source)
    assert tree is not None
    return Counter(
        read_names(tree.root_node, source, language=language, path="x").resolved.values()
    )


def renamed(text: str, names: list[str]) -> str:
    return re.sub(r"LOCAL(\d)", lambda match: names[int(match[1])], text)


@given(NAMES)
def test_names_of_variables_change_no_meaning(names: list[str]) -> None:
    for text, language in ((PYTHON, "python"), (GO, "go"), (TYPESCRIPT, "typescript")):
        assert resolved(renamed(text, names), language) == resolved(text, language)


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    for language in ("python", "javascript", "rust", "php", "elixir"):
        resolved(text.encode("utf-8", "replace").decode(), language)
