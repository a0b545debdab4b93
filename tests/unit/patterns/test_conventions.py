"""What a code base does one way rather than another, counted."""

from __future__ import annotations

import math

import pytest

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.conventions import ConventionMiner, measure
from apps.singularity.patterns.engine.conventions.naming import style_of
from apps.singularity.patterns.engine.conventions.sentences import sentence_of
from apps.singularity.patterns.engine.conventions.wilson import wilson_lower_bound
from apps.singularity.patterns.engine.facts import Choice, FileFacts
from apps.singularity.patterns.engine.mined import PatternKind, Place
from apps.singularity.patterns.engine.names import read_names, survey


def measured(
    text: str, language: str = "python", path: str = "x.py"
) -> dict[str, dict[str, Choice]]:
    grammar = grammar_of(language)
    assert grammar is not None
    source = text.encode()
    tree = grammar.parse(source)
    assert tree is not None
    found = survey(tree.root_node, source, language=language)
    names = read_names(tree.root_node, source, language=language, path=path, found=found)
    return measure(found, source, language=language, path=path, names=names)


def counts(text: str, what: str, language: str = "python", path: str = "x.py") -> dict[str, int]:
    choices = measured(text, language, path).get(what, {})
    return {choice: taken.count for choice, taken in choices.items()}


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("read_file", "snake_case"),
        ("_read_file", "snake_case"),
        ("readFile", "camelCase"),
        ("ReadFile", "PascalCase"),
        ("HTTPServer", "PascalCase"),
        ("READ_FILE", "UPPER_CASE"),
        ("MAX", "UPPER_CASE"),
        ("read-file", "kebab-case"),
        ("Read_File", "Mixed_Case"),
        ("read", None),
        ("__init__", None),
        ("", None),
    ],
)
def test_styles(name: str, style: str | None) -> None:
    assert style_of(name) == style


def test_names_of_functions_types_constants_and_files() -> None:
    text = """
MAX_SIZE = 3
min_size = "x"
class OrderLine: ...
class order_item: ...
def read_file():
    LOCAL_ONE = 1
def readFile(): ...
class Case(unittest.TestCase):
    def setUp(self): ...
"""
    assert counts(text, "function names") == {"snake_case": 1, "camelCase": 1}
    assert counts(text, "type names") == {"PascalCase": 2, "snake_case": 1}
    assert counts(text, "constant names") == {"UPPER_CASE": 1, "snake_case": 1}
    assert counts(text, "file names", path="a/order_lines.py") == {"snake_case": 1}
    assert counts(
        "const maxSize = 3;\nexport const MIN_SIZE = 'x';\nf(() => { const a_b = 1; });",
        "constant names",
        "javascript",
    ) == {"camelCase": 1, "UPPER_CASE": 1}


def test_lines_say_where() -> None:
    text = "def read_file(): ...\n\n\ndef readFile(): ...\n" + "def readAll(): ...\n" * 5
    assert measured(text)["function names"] == {
        "snake_case": Choice(1, (1,)),
        "camelCase": Choice(6, (4, 5, 6)),
    }


def test_handlers() -> None:
    text = """
try:
    f()
except:
    pass
except Exception as error:
    raise Broken() from error
except (KeyError, ValueError):
    raise Broken()
except* OSError:
    log()
"""
    assert counts(text, "except clauses") == {"bare": 1, "broad (Exception)": 1, "specific": 2}
    assert counts(text, "caught exceptions") == {"passed over": 1, "handled": 3}
    assert counts(text, "raised in handlers") == {"names its cause": 1, "names no cause": 1}
    assert measured(text)["except clauses"]["bare"].lines == (4,)


def test_strings() -> None:
    text = '''
"""Documentation."""
a = "x", 'y', r"z", f"{a}", "%s %%" % a, "{}".format(a), 'it is %s' % (a,)
'''
    assert counts(text, "quotes") == {"double": 5, "single": 2}
    assert counts(text, "string formatting") == {
        "f-strings": 1, "the % operator": 2, "str.format": 1
    }  # fmt: skip


def test_functions() -> None:
    text = '''
def f(a) -> dict[str, int]:
    """What it does."""
async def g(a: int, b=(1, 2)):  # why
    # more
    "Short."
def _h():
    return "x"
def k(): return 1
'''
    assert counts(text, "result annotations") == {"annotated": 1, "not annotated": 3}
    assert counts(text, "docstrings") == {"have a docstring": 2, "have no docstring": 1}
    assert counts(text, "async") == {"async": 1, "not async": 3}


def test_log_calls() -> None:
    text = """
import logging
logger = logging.getLogger(__name__)
logger.info("a %s", b)
logger.info(f"a {b}")
logger.warning("a %s" % b)
LOGGER.error("a {}".format(b))
logger.info("plain")
catalog.info(f"a {b}")
print("x")
"""
    assert counts(text, "log messages") == {
        "given their values as arguments": 1,
        "f-strings": 2,
        "formatted with %": 1,
        "formatted with str.format": 1,
    }
    assert counts(text, "logging") == {"logging": 4, "print": 1}


def test_tests() -> None:
    text = """
import pytest, unittest
@pytest.fixture
def shop(): ...
def test_a():
    assert x
class Plain:
    def test_b(self): ...
class Cases(unittest.TestCase):
    def setUp(self): ...
    def test_c(self):
        self.assertEqual(a, b)
        self.assertTrue(a)
"""
    path = "shop/tests/test_shop.py"
    assert counts(text, "tests", path=path) == {
        "functions": 1, "methods of plain classes": 1, "methods of TestCase classes": 1
    }  # fmt: skip
    assert counts(text, "assertions", path=path) == {"assert": 1, "assert methods": 2}
    assert counts(text, "test preparation", path=path) == {"fixtures": 1, "setUp methods": 1}
    assert counts(text, "test files", path=path) == {"test_*": 1}
    assert counts(text, "test folders", path=path) == {"in a folder of tests": 1}
    assert counts(text, "test folders", path="shop/test_shop.py") == {"beside the code": 1}


def test_imports() -> None:
    text = """
from __future__ import annotations
import os
import ast
from . import x
from a import b, c
from d import *

import json
def f():
    import late
"""
    assert counts(text, "import targets") == {"absolute": 6, "relative": 1}
    assert counts(text, "import members") == {
        "whole modules": 4, "members": 2, "everything (*)": 1
    }  # fmt: skip
    assert counts(text, "import placement") == {"at the top of the file": 6, "inside functions": 1}
    assert counts(text, "import order") == {"out of order": 1, "in order": 2}


def test_javascript() -> None:
    text = """
import a from './a';
const b = require("b");
let c = () => 1;
var d = function () {};
function e() { try { f(); } catch (error) { } }
try { f(); } catch (error) { console.error(error); }
"""
    assert counts(text, "modules", "javascript") == {"import": 1, "require": 1}
    assert counts(text, "import targets", "javascript") == {"relative": 1, "absolute": 1}
    assert counts(text, "variables", "javascript") == {"const": 1, "let": 1, "var": 1}
    assert counts(text, "functions", "javascript") == {
        "arrow functions": 1, "function expressions": 1, "function declarations": 1
    }  # fmt: skip
    assert counts(text, "caught exceptions", "javascript") == {"passed over": 1, "handled": 1}
    assert counts(text, "quotes", "javascript") == {"double": 1}
    assert counts(text, "logging", "javascript") == {"console": 1}


def test_go_errors() -> None:
    text = """package x
import "fmt"
func f() error {
	if err := g(); err != nil {
		return fmt.Errorf("g: %w", err)
	}
	if err != nil { return nil, err }
	if err != nil { return errBroken }
	if x != nil { return err }
	return nil
}
"""
    assert counts(text, "returned errors", "go") == {
        "wrapped": 1, "returned as they are": 1, "replaced": 1
    }  # fmt: skip


def test_rust_results_outside_tests() -> None:
    text = """
fn f() -> R { a()?; b().unwrap(); c().expect("x"); Ok(()) }
#[test]
fn t() { a().unwrap(); }
"""
    assert counts(text, "results", "rust") == {"passed on with ?": 1, "unwrapped": 2}


@pytest.mark.parametrize("language", ["html", "sql", "css", "proto"])
def test_languages_without_names_have_no_conventions_but_those_of_files(language: str) -> None:
    assert set(measured("x { y: 1 }", language, "a/my_page.html")) == {"file names"}


def facts(*choices: tuple[str, str, int, tuple[int, ...]], language: str = "python") -> FileFacts:
    measures: dict[str, dict[str, Choice]] = {}
    for what, choice, count, lines in choices:
        measures.setdefault(what, {})[choice] = Choice(count, lines)
    return FileFacts(language, conventions=measures)


def test_the_miner_sums_up_and_shows_where_it_is_otherwise() -> None:
    miner = ConventionMiner()
    miner.add("a.py", facts(("function names", "snake_case", 70, (1, 2, 3))))
    miner.add(
        "b.py",
        facts(
            ("function names", "snake_case", 9, (4,)),
            ("function names", "camelCase", 1, (7,)),
            ("quotes", "single", 9, (1,)),
        ),
    )
    (pattern,) = miner.mine().patterns
    assert pattern.kind is PatternKind.CONVENTION
    assert pattern.template == "functions are named in snake_case: 98.8 % (79 of 80)"
    assert pattern.examples == (Place("b.py", 7, 7),)
    assert (pattern.occurrences, pattern.files) == (80, 2)
    assert pattern.confidence == 79 / 80
    assert pattern.score == wilson_lower_bound(79, 80)
    assert pattern.details == {
        "measure": "function names",
        "choices": [
            {"choice": "snake_case", "count": 79, "share": 0.9875},
            {"choice": "camelCase", "count": 1, "share": 0.0125},
        ],
        "total": 80,
    }


def test_many_cases_rank_above_few_and_order_does_not_matter() -> None:
    few = facts(("type names", "PascalCase", 10, ()))
    many = facts(
        ("function names", "snake_case", 1_000, ()), ("function names", "camelCase", 9, ())
    )
    there, back = ConventionMiner(), ConventionMiner()
    for path, one in (("a", few), ("b", many)):
        there.add(path, one)
    for path, one in (("b", many), ("a", few)):
        back.add(path, one)
    patterns = there.mine().patterns
    assert [pattern.details["measure"] for pattern in patterns] == ["function names", "type names"]
    assert back.mine() == there.mine()


def test_a_signature_is_that_of_what_is_done_not_of_how_often() -> None:
    def signature(choice: str, count: int, language: str = "python") -> str:
        miner = ConventionMiner()
        miner.add("a", facts(("function names", choice, count, ()), language=language))
        return miner.mine().patterns[0].signature

    assert signature("snake_case", 10) == signature("snake_case", 99)
    assert signature("snake_case", 10) != signature("camelCase", 10)
    assert signature("snake_case", 10) != signature("snake_case", 10, "go")


def test_nothing_gives_nothing() -> None:
    assert ConventionMiner().mine().patterns == ()


def test_wilson_is_wilsons() -> None:
    """Against the closed form of the interval's lower end, solved as a quadratic in p."""
    for hits, total in ((0, 10), (5, 10), (10, 10), (79, 80), (2_310, 2_341)):
        bound, square = wilson_lower_bound(hits, total), 1.959963984540054**2
        assert 0 <= bound <= hits / total
        assert math.isclose(
            (hits / total - bound) ** 2, square * bound * (1 - bound) / total, abs_tol=1e-12
        )
    assert wilson_lower_bound(0, 0) == 0


def test_every_measure_has_a_sentence() -> None:
    texts = {
        "python": "def read_file(a): ...\nimport a\nx = 'y' % z\n",
        "javascript": "const a = require('b'); function f() {}\n",
        "go": "package x\nfunc f() error { if err != nil { return err } }\n",
        "rust": "fn f() { a()?; }\n",
    }
    for language, text in texts.items():
        for what, choices in measured(text, language, "tests/test_it.py").items():
            for choice in choices:
                assert choice in sentence_of(what, choice)
