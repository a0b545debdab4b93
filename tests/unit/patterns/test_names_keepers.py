"""Which calls hand on what they return."""

import pytest

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.facts import Call
from apps.singularity.patterns.engine.names import read_names


def calls(text: str, language: str = "python") -> dict[str, Call]:
    grammar = grammar_of(language)
    assert grammar
    tree = grammar.parse(text.encode())
    assert tree
    facts = read_names(tree.root_node, text.encode(), language=language, path="a")
    return {call.name: call for function in facts.functions for call in function.calls}


@pytest.mark.parametrize(
    "body",
    [
        "with open(p) as f: pass",
        "with a() as b, open(p) as f: pass",
        "return open(p)",
        "yield open(p)",
        "self.f = open(p)",
        "self.f: object = open(p)",
        "self.files[p] = open(p)",
        "use(open(p))",
        "use(file=open(p))",
        "files = [open(p)]",
        "f = open(p)\n    return f",
        "f = open(p)\n    self.f = f",
        "f = open(p)\n    self.files.append(f)",
        "f = open(p)\n    return Wrapper(f)",
        "f = open(p)\n    with f: pass",
        "f = open(p)\n    f = open(q)\n    f.close()",
    ],
)
def test_a_result_that_goes_elsewhere_is_managed(body: str) -> None:
    assert calls(f"class A:\n  def a(self, p):\n    {body}\n")["open"].managed


@pytest.mark.parametrize(
    "body",
    [
        "f = open(p)",
        "open(p)",
        "x = open(p).read()",
        "return open(p).read()",
        "f = open(p)\n    return f.read()",
        "f = open(p)\n    helper(f)\n    f.close()",
        "for line in open(p): pass",
    ],
)
def test_a_result_that_stays_is_not_managed(body: str) -> None:
    assert not calls(f"class A:\n  def a(self, p):\n    {body}\n")["open"].managed
