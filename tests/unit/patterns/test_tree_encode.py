"""The encoding holds what a tree says, for every grammar, and none of a file's own words."""

from __future__ import annotations

import numpy as np
import pytest

from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of
from apps.singularity.patterns.engine.facts import EncodedTree, Span
from apps.singularity.patterns.engine.tree import Sort, encode, parse_label

SAMPLES = {
    "bash": 'if [ -z "$A" ]; then echo "$B"; fi\n',
    "c": "int f(int a) { if (a) { return g(a, 1); } return 0; }\n",
    "cpp": "class A { int f() { for (auto x : y) { g(x); } return 1; } };\n",
    "csharp": 'class A { int F(int a) { if (a == 1) { return G("x"); } return 0; } }\n',
    "css": "a { color: red; margin: 0 1px; }\n",
    "elixir": "defmodule A do\n  def f(x), do: x |> g(1)\nend\n",
    "erlang": "f(X) -> case X of a -> g(X); _ -> 1 end.\n",
    "go": "package p\nfunc f(a int) error {\n\tif a == 1 {\n\t\treturn g(a)\n\t}\n\treturn nil }\n",
    "haskell": "f x = if x then g 1 else 2\n",
    "html": '<p class="a">text <b>bold</b></p>\n',
    "java": 'class A { int f(int a) { try { return g("x"); } catch (E e) { throw e; } } }\n',
    "javascript": "a.then(r => r.json()).catch(e => { if (e) throw e; });\n",
    "kotlin": 'fun f(a: Int): Int { if (a == 1) { return g("x") }\n return 0 }\n',
    "lua": "local function f(a) if a then return g(a, 1) end end\n",
    "ocaml": "let f x = match x with Some y -> g y | None -> 1\n",
    "ocaml_interface": "val f : int -> string\n",
    "php": "<?php function f($a) { if ($a) { return g($a, 1); } return [1, 2]; }\n",
    "proto": 'syntax = "proto3";\nmessage A { int32 b = 1; string c = 2; }\n',
    "python": "def f(self, a=1, *b):\n    with g(a) as c:\n        return c[1]\n",
    "ruby": "def f(a)\n  a.each do |x| puts x end\n  return nil unless @b\nend\n",
    "rust": "fn f(x: &str) -> R { match g(x)? { Some(b) => b, None => return Err(1), } }\n",
    "scala": "def f(a: Int) = a match { case 1 => g(a)\n case _ => 0 }\n",
    "sql": "SELECT a, b FROM t WHERE x = 1;\n",
    "swift": "func f(a: Int) -> Int { guard let b = g(a) else { return 0 }\n return b }\n",
    "tsx": "const A = (p: P) => { return <B c={p.d}>text</B>; };\n",
    "typescript": "interface A { b: string }\nfunction f(a: A): string { return a.b; }\n",
}


def encoded(
    source: str, language: str = "python", resolved: dict[Span, str] | None = None
) -> EncodedTree:
    grammar = grammar_of(language)
    assert grammar is not None
    tree = grammar.parse(source.encode())
    assert tree is not None
    return encode(tree.root_node, source.encode(), language=language, resolved=resolved or {})


def labels(tree: EncodedTree) -> list[str]:
    return [tree.labels[number] for number in np.frombuffer(tree.label, "<u4")]


def resolved_spans(source: str, names: dict[str, str]) -> dict[Span, str]:
    return {
        (at, at + len(written)): qualified
        for written, qualified in names.items()
        for at in range(len(source))
        if source.startswith(written, at)
    }


def check_consistent(tree: EncodedTree) -> None:
    """The sizes are those that the labels' arities give, and spans nest."""
    size = np.frombuffer(tree.size, "<u4").tolist()
    start, end = np.frombuffer(tree.start, "<u4"), np.frombuffer(tree.end, "<u4")
    for node, text in enumerate(labels(tree)):
        child = node + 1
        for _ in range(parse_label(text).arity):
            assert start[node] <= start[child]
            assert end[child] <= end[node]
            child += size[child]
        assert child == node + size[node]


def test_every_language_with_a_grammar_has_a_sample() -> None:
    assert set(SAMPLES) == {name for name, one in LANGUAGES.items() if one.grammar}


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_sizes_follow_from_labels(language: str) -> None:
    check_consistent(encoded(SAMPLES[language], language))


@pytest.mark.parametrize("language", sorted(SAMPLES))
def test_broken_text_is_encoded_too(language: str) -> None:
    sample = SAMPLES[language]
    check_consistent(encoded(sample[: len(sample) // 2] + ")} ]] <% " + sample, language))


def test_layout_comments_and_docstrings_leave_no_trace() -> None:
    plain = encoded("def f(a):\n    x = g(a, 1)\n    return [x, a]\n")
    other = encoded(
        'def  f( a ):\n  """What it does."""\n  # why\n  x = g(\n    a,\n    1,\n  )\n\n'
        "  return [x, # here\n    a]\n"
    )
    assert labels(plain) == labels(other)


def test_operators_differ_and_operands_do_not() -> None:
    assert labels(encoded("a + b")) == labels(encoded("c + d"))
    assert labels(encoded("a + b")) != labels(encoded("a - b"))


def test_return_of_a_name_and_of_a_call_share_their_production() -> None:
    assert labels(encoded("return x"))[1] == labels(encoded("return f(x)"))[1]


def test_a_known_name_is_one_leaf_whatever_its_alias() -> None:
    first, second = "x = np.linalg.norm(y)", "x = norm(y)"
    names = {"np.linalg.norm": "numpy.linalg.norm"}
    one = encoded(first, resolved=resolved_spans(first, names))
    two = encoded(second, resolved=resolved_spans(second, {"norm": "numpy.linalg.norm"}))
    assert [parse_label(text).text for text in labels(one)] == [
        parse_label(text).text for text in labels(two)
    ]
    assert ":numpy.linalg.norm\tnp.linalg.norm" in one.labels


def test_equal_code_has_an_equal_hash_and_other_code_another() -> None:
    tree = encoded("f(a.b [ 1 ])\ng(a.b[1])\nh(a.b[2])\n")
    exact = np.frombuffer(tree.exact, "<u4")
    subscripts = [
        exact[node] for node, text in enumerate(labels(tree)) if text.startswith("(subscript")
    ]
    assert subscripts[0] == subscripts[1] != subscripts[2]


def test_hashes_do_not_depend_on_where_a_file_is_long() -> None:
    tree = encoded("f(a, 1)\n" + "# " + "x" * 100_000 + "\n" + "f(a, 1)\n")
    exact = np.frombuffer(tree.exact, "<u4")
    calls = [exact[node] for node, text in enumerate(labels(tree)) if text.startswith("(call")]
    assert calls[0] == calls[1]


def test_no_word_of_a_file_is_in_its_labels() -> None:
    source = (
        "import secret_a\nclass SecretB(SecretC):\n    '''secret_d'''\n    # secret_e\n"
        "    def secret_f(self, secret_g='secret_h', **secret_i):\n"
        "        return self.secret_j[secret_k(f'secret_l {secret_m}', secret_n=b'secret_o')]\n"
    )
    assert not [text for text in encoded(source).labels if "secret" in text.lower()]


def test_nesting_ten_thousand_deep_is_walked() -> None:
    tree = encoded("x = " + "(" * 10_000 + "1" + ")" * 10_000)
    assert len(np.frombuffer(tree.label, "<u4")) > 10_000


def test_a_table_of_data_is_cut() -> None:
    tree = encoded("x = [" + ", ".join(str(n) for n in range(5000)) + "]")
    assert len(labels(tree)) < 60
    assert "$..." in tree.labels


def test_an_empty_file_is_an_empty_list() -> None:
    sorts = [parse_label(text).sort for text in labels(encoded(""))]
    assert sorts in ([Sort.END], [Sort.IDENTIFIER])
