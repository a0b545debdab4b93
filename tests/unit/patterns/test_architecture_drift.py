"""What changed since the last run is told in sentences, with the import that did it."""

from __future__ import annotations

import dataclasses
import json

import msgspec

from apps.singularity.patterns.engine.architecture import (
    Change,
    GraphSummary,
    SourceFile,
    cycle_closed_by,
    drift,
    module_graph,
    summary_of,
)
from tests.common.factories.architecture import imported, source


def changes(before: list[SourceFile], after: list[SourceFile]) -> list[Change]:
    return list(drift(summary_of(module_graph(before)), module_graph(after)))


def texts(before: list[SourceFile], after: list[SourceFile]) -> list[str]:
    return [change.text for change in changes(before, after)]


ONE_WAY = [source("a.py", "b"), source("b.py")]
BOTH_WAYS = [source("a.py", "b"), source("b.py", "os", "a")]


def test_a_new_cycle_names_the_import_that_closes_it() -> None:
    (change, *_) = changes(ONE_WAY, BOTH_WAYS)
    assert change.text == "A new cycle between b.py and a.py"
    assert (change.path, change.line) == ("b.py", 2)


def test_a_cycle_that_was_there_is_no_news() -> None:
    assert changes(BOTH_WAYS, BOTH_WAYS) == []


def test_a_deferred_import_closes_no_cycle() -> None:
    deferred = [source("a.py", "b"), source("b.py", imported("a", 2, deferred=True))]
    assert "cycle" not in " ".join(texts(ONE_WAY, deferred))


def test_a_cycle_that_is_cut_is_gone() -> None:
    assert "The cycle between a.py and b.py is gone" in texts(BOTH_WAYS, ONE_WAY)


def test_a_cycle_that_takes_in_another_module_has_grown() -> None:
    after = [source("a.py", "b", "c"), source("b.py", "a"), source("c.py", "a")]
    found = texts([*BOTH_WAYS, source("c.py", "a")], after)
    assert "A cycle of 2 modules has grown to 3, by a.py and c.py" in found


def shop(*imports: str) -> list[SourceFile]:
    folders = ("views", "store", "admin", "forms")
    files = [source(f"shop/{folder}/{folder[0]}{n}.py") for folder in folders for n in range(12)]
    return [*files, source("shop/store/main.py", *imports)]


def test_a_new_dependency_between_folders_has_its_place() -> None:
    found = changes(shop(), shop("os", "shop.views.v0"))
    change = next(change for change in found if change.kind == "dependency_new")
    assert change.text == "shop/store now depends on shop/views"
    assert (change.path, change.line) == ("shop/store/main.py", 2)
    assert "shop/store no longer depends on shop/views" in texts(shop("shop.views.v0"), shop())


def test_a_new_folder_is_told_once_and_not_its_every_import() -> None:
    pay = [source(f"shop/pay/p{n}.py", "shop.views.v0") for n in range(12)]
    assert texts(shop(), [*shop(), *pay]) == ["shop/pay is new"]
    assert texts([*shop(), *pay], shop()) == ["shop/pay is gone"]


def test_a_finer_picture_is_no_change() -> None:
    few = [source(f"shop/{folder}/a.py") for folder in ("views", "store")]
    more = [source("shop/views/b.py"), *(source(f"shop/store/in{n}/s.py") for n in range(12))]
    kinds = [(change.kind, change.text) for change in changes(few, [*few, *more])]
    assert ("component_new", "shop/views/a.py is new") not in kinds
    assert [text for kind, text in kinds if kind == "component_gone"] == []


def test_a_jump_of_instability_is_told() -> None:
    before = [*shop("shop.views.v0"), source("shop/admin/x.py", "shop.store.main")]
    after = [*shop(), source("shop/admin/x.py", "shop.store.main")]
    assert "The instability of shop/store fell from 0.50 to 0.00" in texts(before, after)


def test_patterns_appear_and_vanish() -> None:
    graph = module_graph(ONE_WAY)
    before = summary_of(graph, {"layered": 0.9, "mvc": 0.7})
    found = [change.text for change in drift(before, graph, {"layered": 0.8, "plugin": 0.6})]
    assert found == ["The pattern plugin has appeared", "The pattern mvc is no longer seen"]


def test_a_first_run_has_no_drift() -> None:
    assert drift(GraphSummary(), module_graph(BOTH_WAYS), {"mvc": 1.0}) == ()


def test_a_summary_survives_json() -> None:
    summary = summary_of(module_graph(BOTH_WAYS), {"layered": 0.9})
    kept = json.loads(json.dumps(dataclasses.asdict(summary)))
    assert msgspec.convert(kept, GraphSummary) == summary


def test_a_dependency_closes_the_shortest_cycle_or_none() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("b", "d")]
    assert cycle_closed_by(edges, ("d", "a")) == ("d", "a", "b")
    assert cycle_closed_by(edges, ("a", "d")) == ()
    assert cycle_closed_by(edges, ("a", "a")) == ()
