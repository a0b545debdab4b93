"""Changes of a small code base, and what a review says of them."""

from dataclasses import replace

import pytest

from apps.singularity.patterns.engine.mined import Place
from apps.singularity.patterns.engine.review import (
    ChangedLines,
    Learned,
    Level,
    Remark,
    RemarkKind,
    review,
)
from tests.common.factories.review import learned, new

KEEPS = """
import sqlite3

def count_{n}(path):
    connection = sqlite3.connect(path)
    rows = connection.execute("select {n}")
    connection.close()
    return rows
"""
BREAKS = """
import sqlite3

def copy_it(path):
    connection = sqlite3.connect(path)
    return connection.execute("select 1").fetchall()
"""
LONG = """
def total_of(orders, limit):
    result = 0
    for order in orders:
        if order.paid and order.amount < limit:
            result += order.amount * order.pieces
        else:
            result -= order.fee
    return round(result, 2)
"""
BASE = {
    **{f"data/reader_{n}.py": KEEPS.format(n=n) for n in range(30)},
    **{f"idle/m{n}.py": f"def do_it_{n}(x):\n    return x\n" for n in range(60)},
    "shop/orders.py": LONG,
    "shop/low.py": "import shop.base\n",
    "shop/base.py": "X = 1\n",
    "shop/high.py": "import shop.low\n",
}


@pytest.fixture(scope="module")
def known() -> Learned:
    return learned(BASE)


def of_kind(remarks: tuple[Remark, ...], kind: RemarkKind) -> list[Remark]:
    return [remark for remark in remarks if remark.kind == kind]


def test_a_new_function_that_breaks_a_rule(known: Learned) -> None:
    (remark,) = of_kind(review([new("data/x.py", BREAKS)], known), RemarkKind.BREAKS_RULE)
    assert remark.place == Place("data/x.py", 5, 5)
    assert (remark.level, remark.symbol) == (Level.WARNING, "copy_it")
    assert (remark.evidence.holds, remark.evidence.applies) == (30, 30)
    assert remark.evidence.places[0].path == "data/reader_0.py"
    assert remark.signature in {pattern.signature for pattern in known.patterns}
    assert "sqlite3.connect() without sqlite3.connect().close()" in remark.message


def test_what_keeps_the_rule_or_uses_with_is_left_alone(known: Learned) -> None:
    managed = BREAKS.replace(
        "connection = sqlite3.connect(path)",
        "connection = closing(sqlite3.connect(path))",
    )
    for text in (KEEPS.format(n=99), managed):
        assert of_kind(review([new("data/x.py", text)], known), RemarkKind.BREAKS_RULE) == []


def test_functions_that_the_change_does_not_touch_are_left_alone(known: Learned) -> None:
    both = new("data/x.py", BREAKS + "\ndef other_one():\n    return 1\n")
    untouched = replace(both, changed=ChangedLines(added=((8, 9),)))
    assert of_kind(review([untouched], known), RemarkKind.BREAKS_RULE) == []
    inside = replace(both, changed=ChangedLines(added=((6, 6),)))
    assert len(of_kind(review([inside], known), RemarkKind.BREAKS_RULE)) == 1


def test_a_change_that_takes_the_closing_call_away(known: Learned) -> None:
    text = KEEPS.format(n=3).replace("    connection.close()\n", "")
    changed = replace(new("data/reader_3.py", text), changed=ChangedLines(removed=(6,)))
    assert len(of_kind(review([changed], known), RemarkKind.BREAKS_RULE)) == 1


def test_breaks_from_before_the_change_are_not_said_again() -> None:
    before = learned({**BASE, "data/x.py": BREAKS})
    assert before.findings
    changed = new("data/x.py", BREAKS.replace("select 1", "select 2"))
    assert of_kind(review([changed], before), RemarkKind.BREAKS_RULE) == []


def test_a_copy_of_an_existing_function(known: Learned) -> None:
    (remark,) = of_kind(review([new("web/new.py", LONG)], known), RemarkKind.CLONE)
    assert remark.message == "this is a copy of total_of (shop/orders.py:2)"
    assert (remark.level, remark.place) == (Level.WARNING, Place("web/new.py", 2, 9))
    assert remark.evidence.places == (Place("shop/orders.py", 2, 9),)


def test_a_copy_with_other_names(known: Learned) -> None:
    renamed = LONG.replace("order", "bill").replace("result", "done")
    (remark,) = of_kind(review([new("web/new.py", renamed)], known), RemarkKind.CLONE)
    assert remark.message.startswith("this is a copy, with other names, of total_of")


def test_code_that_moved_is_no_copy_of_where_it_was(known: Learned) -> None:
    moved = new("shop/total.py", LONG)
    assert of_kind(review([moved], known, removed=["shop/orders.py"]), RemarkKind.CLONE) == []
    emptied = replace(new("shop/orders.py", "\n"), changed=ChangedLines(removed=(0,)))
    assert of_kind(review([moved, emptied], known), RemarkKind.CLONE) == []


def test_a_function_that_was_changed_a_little_is_not_compared(known: Learned) -> None:
    changed = replace(new("web/new.py", LONG), changed=ChangedLines(added=((3, 3),)))
    assert of_kind(review([changed], known), RemarkKind.CLONE) == []


def test_of_two_new_copies_the_second_is_one(known: Learned) -> None:
    text = LONG.replace("order.fee", "order.fee - order.gift + limit * 2 - order.tax(3)")
    remarks = review([new("web/a.py", text), new("web/b.py", text)], known)
    exact = [r for r in of_kind(remarks, RemarkKind.CLONE) if "a copy of" in r.message]
    assert [(r.place.path, r.evidence.places[0].path) for r in exact] == [("web/b.py", "web/a.py")]


def test_an_import_that_closes_a_cycle(known: Learned) -> None:
    changed = new("shop/base.py", "import os\nimport shop.high\nX = 1\n")
    (remark,) = of_kind(review([changed], known), RemarkKind.NEW_CYCLE)
    assert remark.place == Place("shop/base.py", 2, 2)
    assert remark.message == (
        "this import closes a cycle: shop/base.py -> shop/high.py -> shop/low.py -> shop/base.py"
    )


@pytest.mark.parametrize(
    "text",
    [
        "def late():\n    import shop.high\n",
        "import data.reader_1\n",
    ],
)
def test_imports_that_close_no_cycle_at_run_time(known: Learned, text: str) -> None:
    assert of_kind(review([new("shop/base.py", text)], known), RemarkKind.NEW_CYCLE) == []


def test_a_cycle_that_the_same_change_opens_is_none(known: Learned) -> None:
    turned = [new("shop/base.py", "import shop.low\n"), new("shop/low.py", "X = 1\n")]
    assert of_kind(review(turned, known), RemarkKind.NEW_CYCLE) == []


def test_two_new_files_that_import_each_other(known: Learned) -> None:
    files = [new("web/a.py", "import web.b\n"), new("web/b.py", "import web.a\n")]
    remarks = of_kind(review(files, known), RemarkKind.NEW_CYCLE)
    assert [r.place.path for r in remarks] == ["web/a.py", "web/b.py"]


def test_a_name_in_an_unusual_case(known: Learned) -> None:
    text = "def computeIt(x):\n    return x\n\n\ndef fetchAll(x):\n    return x\n"
    changed = replace(new("web/a.py", text), changed=ChangedLines(added=((5, 6),)))
    (remark,) = of_kind(review([changed], known), RemarkKind.UNUSUAL)
    assert (remark.place, remark.level) == (Place("web/a.py", 5, 5), Level.NOTE)
    assert remark.message.startswith('"camelCase" here, but functions are named in snake_case')
    assert remark.evidence.holds == remark.evidence.applies == 91


def test_usual_code_and_no_code_bring_no_remark(known: Learned) -> None:
    usual = "def do_nothing(x):\n    return x\n"
    files = [new("a.py", usual), new("b.py", ""), new("c.txt", "hello"), new("d.py", "def (:\n")]
    assert review(files, known) == ()
    assert review([], known) == ()


def test_nothing_is_known_yet() -> None:
    assert review([new("a.py", LONG)], Learned()) == ()


def test_the_order_of_files_does_not_matter(known: Learned) -> None:
    files = [new("data/x.py", BREAKS), new("web/a.py", LONG), new("web/b.py", LONG)]
    assert review(files, known) == review(files[::-1], known)
    assert len(review(files, known)) >= 3
