"""Documentation apart from its function, and the rows that pair them."""

from __future__ import annotations

from pathlib import Path

import pytest

from apps.singularity.ingestion.engine.documentation import first_sentence, without_documentation
from apps.singularity.ingestion.selectors.pairs import documented_functions
from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from tests.common.trees import write_tree

PYTHON = '''    @cached
    def total(self, rate):
        """Add up all prices.

        Taxes are not counted.
        """
        # keep me
        return sum(self.prices) * rate
'''
DOCUMENTED = {
    "python": (
        PYTHON,
        PYTHON[: PYTHON.index('        """')] + PYTHON[PYTHON.index("        # keep") :],
    ),
    "javascript": (
        "/**\n * Adds up.\n * @param rate\n */\nexport function total(rate) {\n  // keep me\n}",
        "export function total(rate) {\n  // keep me\n}",
    ),
    "rust": (
        "/// Adds up all prices.\n#[inline]\n/// Taxes too.\nfn total() -> u8 {\n    1\n}",
        "#[inline]\nfn total() -> u8 {\n    1\n}",
    ),
    "go": (
        "// Total adds up all prices.\n// Taxes too.\nfunc Total() int {\n\treturn 1\n}",
        "func Total() int {\n\treturn 1\n}",
    ),
    "java": (
        "  /** Adds up. */\n  @Override\n  public int total() {\n    return 1; // keep me\n  }",
        "  @Override\n  public int total() {\n    return 1; // keep me\n  }",
    ),
    "elixir": (
        '  @doc """\n  Adds up all prices.\n  """\n  def total(rate) do\n    rate\n  end',
        "  def total(rate) do\n    rate\n  end",
    ),
}


@pytest.mark.parametrize("language", DOCUMENTED)
def test_documentation_is_cut_out_and_nothing_else(language: str) -> None:
    content, code = DOCUMENTED[language]
    assert without_documentation(content, language=language) == code


@pytest.mark.parametrize(
    ("documentation", "sentence"),
    [
        ("Add up all prices. Taxes are not counted.", "Add up all prices."),
        ("Add up all\nprices\n\nof a cart.", "Add up all prices"),
        ("Adds up all prices\n@param rate the rate", "Adds up all prices"),
        ("@todo add up all prices", ""),
        ("Add up.", ""),
        ("word " * 50, ""),
        ("", ""),
    ],
)
def test_the_first_sentence(documentation: str, sentence: str) -> None:
    assert first_sentence(documentation) == sentence


@pytest.mark.django_db
def test_functions_are_paired_with_their_sentence(tmp_path: Path) -> None:
    body = "".join(f"        self.lines.append(format(rate, {n}))\n" for n in range(80))
    source = f"class Cart:\n{PYTHON}\n    def print(self, rate):\n"
    source += f'        """Print each line of the bill."""\n{body}'
    source += '\n    def short(self):\n        """Say that it is short."""\n\n    def bare(self):\n'
    source += "        first = 1\n        return first\n"
    root = write_tree(tmp_path / "shop", {"cart.py": source, "a.go": DOCUMENTED["go"][0]})
    codebase = codebase_open(instance="test", path=root)
    codebase_ingest(codebase=codebase)
    found = {one.name: one for one in documented_functions(codebase=codebase)}
    assert {name: one.sentence for name, one in found.items()} == {
        "total": "Add up all prices.",
        "print": "Print each line of the bill.",
        "Total": "Total adds up all prices.",
    }
    assert found["total"].code.strip() == DOCUMENTED["python"][1].strip()
    assert found["print"].code.count("append") == 80
    assert found["print"].kind == "method"
    assert [one.name for one in documented_functions(codebase=codebase, languages=["go"])] == [
        "Total"
    ]
