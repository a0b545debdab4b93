"""Which language a file is written in, and that the table fits the grammars."""

import pytest

from apps.singularity.ingestion.engine.languages import LANGUAGES, check_grammars, language_of
from apps.singularity.ingestion.engine.languages import grammars as grammars_module
from apps.singularity.ingestion.engine.languages.grammars import MissingGrammar, grammar_of
from apps.singularity.ingestion.engine.languages.model import Language


@pytest.mark.parametrize(
    ("path", "head", "language"),
    [
        ("a/b.py", "", "python"),
        ("types.pyi", "", "python"),
        ("A.PY", "", "python"),
        ("app.jsx", "", "javascript"),
        ("app.d.ts", "", "typescript"),
        ("App.tsx", "", "tsx"),
        ("lib.mli", "", "ocaml_interface"),
        ("x.exs", "", "elixir"),
        ("Dockerfile", "", "dockerfile"),
        ("docker/Dockerfile.dev", "", "dockerfile"),
        ("Makefile", "", "make"),
        ("Rakefile", "", "ruby"),
        ("CMakeLists.txt", "", "cmake"),
        ("Cargo.lock", "", "toml"),
        ("package.json", "", "json"),
        ("README", "", "text"),
        ("notes.unknown", "hello", "text"),
        ("bin/run", "#!/usr/bin/env python3\n", "python"),
        ("bin/run", "#!/usr/bin/env -S FOO=1 node --harmony\n", "javascript"),
        ("bin/run", "#! /bin/sh -e\n", "bash"),
        ("bin/run", "#!/opt/bin/ruby3.2\n", "ruby"),
        ("bin/run", "#!\n", "text"),
        ("bin/run", "#!/usr/bin/env\n", "text"),
        ("odd\nname.rs", "", "rust"),
        ("list.h", "#include <stdlib.h>\nstruct node;\n", "c"),
        ("list.h", "#include <vector>\n", "cpp"),
        ("list.h", "// the class of nodes\nint using_it;\n", "c"),
        ("path.h", "namespace geo {\n", "cpp"),
        ("path.h", "struct A {\n public:\n  int x;\n};\n", "cpp"),
    ],
)
def test_language_of(path: str, head: str, language: str) -> None:
    assert language_of(path, head) == language


def test_the_promised_languages_are_parsed() -> None:
    wanted = """python javascript typescript tsx rust go java kotlin scala c cpp csharp ruby php
        swift elixir erlang haskell ocaml lua bash sql html css"""
    assert [name for name in wanted.split() if not LANGUAGES[name].grammar] == []


def test_no_extension_or_name_is_claimed_twice() -> None:
    for attribute in ("extensions", "filenames", "shebangs"):
        keys = [key for language in LANGUAGES.values() for key in getattr(language, attribute)]
        assert sorted(keys) == sorted(set(keys))


def test_every_grammar_and_node_type_of_the_table_exists() -> None:
    check_grammars()


def test_a_missing_grammar_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grammars_module, "LANGUAGES", {"klingon": Language("klingon", "klingon")})
    with pytest.raises(MissingGrammar, match=r"pip install tree-sitter-language-pack==0\.13\.0"):
        check_grammars()


def test_a_node_type_that_the_grammar_does_not_know_stops_the_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roles = {"no_such_node": LANGUAGES["python"].roles["comment"]}
    table = {"other": Language("other", "python", roles=roles)}
    monkeypatch.setattr(grammars_module, "LANGUAGES", table)
    with pytest.raises(MissingGrammar, match="no_such_node"):
        check_grammars()


def test_a_parser_is_made_once() -> None:
    assert grammar_of("python") is grammar_of("python")
    assert grammar_of("markdown") is None
