"""What names mean in a Python file."""

from __future__ import annotations

import pytest

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.facts import Import, NameFacts
from apps.singularity.patterns.engine.names import read_names


def read(text: str, path: str = "shop/views.py") -> NameFacts:
    grammar = grammar_of("python")
    assert grammar is not None
    source = text.encode()
    tree = grammar.parse(source)
    assert tree is not None
    return read_names(tree.root_node, source, language="python", path=path)


def spans(text: str) -> list[tuple[str, str]]:
    """What stands in the source, and what it means there, in the order of the source."""
    source = text.encode()
    resolved = sorted(read(text).resolved.items())
    return [(source[start:end].decode(), name) for (start, end), name in resolved]


def calls(text: str, symbol: str = "") -> list[str]:
    functions = {function.symbol: function for function in read(text).functions}
    return [call.name for call in functions[symbol].calls] if symbol in functions else []


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nnp.linalg.norm(x)",
        "import numpy\nnumpy.linalg.norm(x)",
        "from numpy import linalg\nlinalg.norm(x)",
        "from numpy.linalg import norm\nnorm(x)",
        "from numpy.linalg import (  # comment\n    norm as n,\n)\nn(x)",
        "import numpy.linalg\nnumpy . linalg \\\n . norm(x)",
        "try:\n    import numpy as np\nexcept ImportError:\n    np = None\nnp.linalg.norm(x)",
        "def f():\n    import numpy as np\n    return 1\nimport numpy as np\nnp.linalg.norm(x)",
    ],
)
def test_one_function_has_one_name_however_it_is_imported(text: str) -> None:
    assert calls(text) == ["numpy.linalg.norm"]


def test_a_chain_of_members_is_one_span() -> None:
    assert spans("import numpy as np\nx = np.linalg.norm(y)") == [
        ("np.linalg.norm", "numpy.linalg.norm")
    ]


def test_methods_of_what_a_call_returned_have_their_own_spans() -> None:
    text = "import sqlite3\nsqlite3.connect('x').cursor().execute(q)"
    assert spans(text) == [
        ("sqlite3.connect", "sqlite3.connect"),
        ("cursor", "sqlite3.connect().cursor"),
        ("execute", "sqlite3.connect().cursor().execute"),
    ]


def test_a_variable_stands_for_what_it_was_assigned() -> None:
    text = """
import sqlite3
def save():
    connection = sqlite3.connect("x")
    cursor = connection.cursor()
    cursor.execute("y")
    connection.commit()
"""
    assert calls(text, "save") == [
        "sqlite3.connect",
        "sqlite3.connect().cursor",
        "sqlite3.connect().cursor().execute",
        "sqlite3.connect().commit",
    ]


@pytest.mark.parametrize(
    "body",
    [
        "with sqlite3.connect('x') as c:\n        c.commit()",
        "with open('y') as c, sqlite3.connect('x') as c:\n        c.commit()",
        "c = await sqlite3.connect('x')\n    c.commit()",
        "if (c := sqlite3.connect('x')):\n        c.commit()",
        "c: object = sqlite3.connect('x')\n    c.commit()",
    ],
)
def test_ways_to_keep_a_value(body: str) -> None:
    text = f"import sqlite3\nasync def f():\n    {body}\n"
    assert calls(text, "f")[-1] == "sqlite3.connect().commit"


def test_elements_and_exceptions_and_annotations_tell_a_type() -> None:
    text = """
import os, sqlite3
def f(c: sqlite3.Connection):
    for entry in os.scandir("."):
        entry.stat()
    try:
        c.commit()
    except OSError as error:
        error.with_traceback(None)
"""
    assert calls(text, "f") == [
        "os.scandir",
        "os.scandir()[].stat",
        "sqlite3.Connection().commit",
        "OSError().with_traceback",
    ]


def test_an_attribute_that_a_class_sets_once_is_known_in_its_methods() -> None:
    text = """
import sqlite3
class Store:
    def __init__(self):
        self.db = sqlite3.connect("x")
        self.other = sqlite3.connect("y")
    def save(self):
        self.db.commit()
        self.other.commit()
    def swap(self):
        self.other = None
"""
    assert calls(text, "Store.save") == ["sqlite3.connect().commit"]


@pytest.mark.parametrize(
    "text",
    [
        "def f(open):\n    open('x')",
        "def f():\n    open = g\n    open('x')",
        "def f():\n    for open in g:\n        open('x')",
        "def f():\n    open('x')\n    open = 1",
        "def open(): ...\ndef f():\n    open('x')",
        "from .files import open\ndef f():\n    open('x')",
        "import os as open\nopen = 1\ndef f():\n    open('x')",
        "def f(*open):\n    open('x')",
        "def f():\n    g(lambda open: open('x'))",
        "def f():\n    g(open=1)",
        "def f():\n    g.open.x('y')",
    ],
)
def test_what_a_file_names_itself_is_no_builtin(text: str) -> None:
    assert calls(text, "f") == []
    assert calls(text) == []


def test_shadowing_ends_with_its_function_and_methods_do_not_see_their_class() -> None:
    text = """
def f(len):
    len(1)
class A:
    def open(self):
        return open(self.path)
    size = len(x)
"""
    assert calls(text, "f") == []
    assert calls(text, "A.open") == ["open"]
    assert calls(text) == ["len"]


def test_a_variable_of_two_values_stands_for_none() -> None:
    text = """
import sqlite3
def f(q):
    c = sqlite3.connect("x")
    if q:
        c = other()
    c.commit()
"""
    assert calls(text, "f") == ["sqlite3.connect"]


def test_two_withs_may_share_a_name() -> None:
    text = """
def f():
    with open("a") as h:
        h.read()
    with other() as h:
        h.read()
    with open("b") as h:
        h.write("x")
"""
    assert calls(text, "f") == ["open", "open().read", "open", "open().write"]


def test_methods_of_builtin_types_are_known_on_unknown_values() -> None:
    assert spans("x.append(1)\nx.commit()\nself.assertEqual(a, b)") == [
        ("append", ".append"),
        ("assertEqual", ".assertEqual"),
    ]
    assert calls("x.append(1)") == []


@pytest.mark.parametrize(
    "text",
    [
        "super().total_price()",
        "getattr(a, b).total_price",
        "next(orders).total_price()",
        "for order in sorted(orders):\n    order.total_price()",
        "copy.deepcopy(order).total_price()",
        "importlib.import_module(a).total_price()",
        "queue.Queue().get().total_price()",
        "argparse.ArgumentParser().parse_args().total_price",
        "requests.get(a).total_price",
        "requests.get(a).data.total_price",
        "subprocess.run(a).stdout.total_price",
    ],
)
def test_members_of_what_a_library_was_given_are_not_the_librarys(text: str) -> None:
    imports = "import argparse, copy, importlib, queue, requests, subprocess\n"
    assert not [name for _, name in spans(imports + text) if "total_price" in name]


def test_members_of_what_a_library_gives_are() -> None:
    text = "import requests, subprocess\nrequests.get(a).json()\nsubprocess.run(a).stdout.strip()"
    assert [name for _, name in spans(text)] == [
        "requests.get",
        "requests.get().json",
        "subprocess.run",
        "subprocess.run().stdout",
        "subprocess.run().stdout.strip",
    ]
    assert spans("super().__init__(a)")[-1] == ("__init__", "super().__init__")


def test_calls_come_in_the_order_of_the_source_and_belong_to_their_function() -> None:
    text = """
print(len(a))
def f():
    sorted(zip(a, map(str, b)))
    def g():
        return max(x)
    return lambda: min(y)
"""
    assert calls(text) == ["print", "len"]
    assert calls(text, "f") == ["sorted", "zip", "map", "min"]
    assert calls(text, "f.g") == ["max"]


def test_imports_say_where_they_stand_and_what_they_take() -> None:
    text = """
from __future__ import annotations
import a.b, c as d
from ..x import y as z, w
from q import *
def f():
    import late
"""
    assert read(text).imports == (
        Import("__future__", ("annotations",), 2),
        Import("a.b", (), 3),
        Import("c", (), 3),
        Import("..x", ("y", "w"), 4),
        Import("q", ("*",), 5),
        Import("late", (), 7, deferred=True),
    )


def test_imports_for_types_alone_are_told() -> None:
    text = """
from typing import TYPE_CHECKING
import typing
if TYPE_CHECKING:
    import a
if typing.TYPE_CHECKING:
    from b import c
else:
    import d
import e
"""
    found = {one.module: one.typing_only for one in read(text).imports}
    assert found == {"typing": False, "a": True, "b": True, "d": False, "e": False}


def test_definitions_carry_what_they_are_built_of() -> None:
    text = """
import functools, abc
from django.db import models

class Order(models.Model, abc.ABC, Mixin[int], metaclass=M):
    @functools.cached_property
    @mine("x")
    def total(self, a, *b, c=1): ...

def test_total(): ...
"""
    facts = read(text, "shop/test_models.py")
    (order,) = facts.types
    assert (order.symbol, order.kind, order.start_line, order.end_line) == ("Order", "class", 5, 8)
    assert order.bases == ("django.db.models.Model", "abc.ABC", "Mixin")
    assert order.methods == ("total",)
    total, test = facts.functions
    assert (total.symbol, total.start_line, total.parameters) == ("Order.total", 8, 4)
    assert total.decorators == ("functools.cached_property", "mine")
    assert (total.is_test, test.is_test) == (False, True)


def test_an_entry_point_is_found() -> None:
    assert read("x = 1\nif __name__ == '__main__':\n    f()\n").entry_line == 2
    assert read("x = '__main__'\n").entry_line is None


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 10_000 + ")" * 10_000,
        "x = " + "f(" * 10_000 + ")" * 10_000,
        "x" + ".a" * 10_000,
        "import os\nos" + ".path()" * 10_000,
        "def f(\n" * 2_000,
        "class A: import (((\n from x import\n def open(: open)))",
        "\0\ufffd import \x07 as\n",
        "",
    ],
)
def test_no_file_is_too_broken(text: str) -> None:
    read(text)
