"""Path filters mean what they look like."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.path_glob import glob_to_regex


@pytest.mark.parametrize(
    ("glob", "inside", "outside"),
    [
        ("django/db", ["django/db", "django/db/models.py"], ["django/db2/a.py", "x/django/db/a"]),
        ("./src/", ["src/a.py", "src/b/c.py"], ["a/src/a.py"]),
        ("a.py", ["a.py"], ["b/a.py", "axpy"]),
        ("*.py", ["a.py", "b/c/a.py"], ["a.pyc", "a.py/b"]),
        ("src/*.py", ["src/a.py"], ["src/b/a.py", "a.py"]),
        ("src/**/*.py", ["src/a.py", "src/b/c/a.py"], ["src/a.js", "lib/src/a.py"]),
        ("**/test_*", ["test_a", "x/y/test_b.py"], ["x/atest_b"]),
        ("src/**", ["src/a", "src/b/c"], ["lib/a"]),
        ("?.c", ["a.c", "x/b.c"], ["ab.c"]),
        ("a[1]+(b)|{c}^$.py", ["a[1]+(b)|{c}^$.py"], ["a1.py"]),
        ("", ["any/thing"], []),
    ],
)
def test_glob_holds_what_it_says(glob: str, inside: list[str], outside: list[str]) -> None:
    pattern = re.compile(glob_to_regex(glob), re.DOTALL)
    assert [path for path in inside if not pattern.fullmatch(path)] == []
    assert [path for path in outside if pattern.fullmatch(path)] == []


@given(st.text(min_size=1))
def test_any_name_is_a_pattern_of_itself(name: str) -> None:
    stripped = name.removeprefix("./").strip("/")
    assert re.fullmatch(glob_to_regex(name), stripped, re.DOTALL) or "*" in name or "?" in name
