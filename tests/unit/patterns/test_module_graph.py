"""The module graph: its edges, cycles, layers and measures, checked by hand."""

from __future__ import annotations

import dataclasses
import json

from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.patterns.engine.architecture import ModuleGraph, SourceFile, module_graph
from apps.singularity.patterns.engine.architecture.model import DependencyKind, Module
from tests.common.factories.architecture import imported, source


def module(graph: ModuleGraph, path: str) -> Module:
    return next(module for module in graph.modules if module.path == path)


def test_an_empty_code_base_has_an_empty_graph() -> None:
    assert module_graph([]) == ModuleGraph()


def test_one_file_is_one_module_and_one_component() -> None:
    graph = module_graph([source("main.py", "os", lines=7)])
    assert [(m.path, m.lines, m.layer, m.instability) for m in graph.modules] == [
        ("main.py", 7, 0, None)
    ]
    assert [(c.path, c.files) for c in graph.components] == [("main.py", 1)]
    assert graph.external == 1


def test_a_module_that_imports_itself_depends_on_nothing() -> None:
    graph = module_graph([source("a.py", "a")])
    assert (graph.dependencies, graph.cycles) == ((), ())


def test_a_cycle_names_its_members_and_the_import_to_cut() -> None:
    graph = module_graph([source("a.py", "b"), source("b.py", "c"), source("c.py", "os", "a")])
    (cycle,) = graph.cycles
    assert cycle.members == ("a.py", "b.py", "c.py")
    assert cycle.example == ("a.py", "b.py", "c.py")
    assert len(cycle.breaks) == 1


def test_one_cut_is_enough_for_two_cycles_that_share_an_import() -> None:
    files = [
        source("a.py", "b", "c"),
        source("b.py", "d"),
        source("c.py", "d"),
        source("d.py", "a"),
    ]
    (cycle,) = module_graph(files).cycles
    assert [(d.source, d.target) for d in cycle.breaks] == [("d.py", "a.py")]


def test_deferred_and_typing_imports_make_no_cycle_at_run_time() -> None:
    deferred = imported("a", 3, deferred=True)
    typing = imported("d", 4, typing=True)
    files = [
        *(source("a.py", "b"), source("b.py", deferred)),
        *(source("c.py", typing), source("d.py", "c")),
    ]
    graph = module_graph(files)
    assert graph.cycles == ()
    assert [cycle.members for cycle in graph.deferred_cycles] == [
        ("a.py", "b.py"),
        ("c.py", "d.py"),
    ]
    assert [[(d.source, d.kind, d.line) for d in c.breaks] for c in graph.deferred_cycles] == [
        [("b.py", DependencyKind.DEFERRED, 3)],
        [("c.py", DependencyKind.TYPING, 4)],
    ]


def test_an_import_at_run_time_outweighs_the_same_one_deferred() -> None:
    graph = module_graph(
        [source("a.py", imported("b", 1, deferred=True), imported("b", 9)), source("b.py")]
    )
    assert [(d.kind, d.line) for d in graph.dependencies] == [(DependencyKind.RUNTIME, 9)]


def test_layers_count_the_longest_way_down() -> None:
    files = [source("a.py", "b", "d"), source("b.py", "c"), source("c.py", "d"), source("d.py")]
    graph = module_graph(files)
    assert {m.path: m.layer for m in graph.modules} == {
        "a.py": 3, "b.py": 2, "c.py": 1, "d.py": 0,
    }  # fmt: skip


def test_coupling_follows_martin() -> None:
    files = [
        source("a.py", "c"),
        source("b.py", "c"),
        source("c.py", "d", types="X(abc.ABC) Y"),
        source("d.py"),
    ]
    found = module(module_graph(files), "c.py")
    assert (found.fan_in, found.fan_out) == (2, 1)
    assert found.instability == round(1 / 3, 4)
    assert found.abstractness == 0.5
    assert found.distance == round(abs(0.5 + round(1 / 3, 4) - 1), 4)


def test_tests_are_modules_but_no_coupling() -> None:
    graph = module_graph([source("pkg/a.py"), source("tests/test_a.py", "pkg.a")])
    assert module(graph, "pkg/a.py").fan_in == 0
    assert module(graph, "tests/test_a.py").is_test
    assert [c.path for c in graph.components] == ["pkg/a.py"]
    assert len(graph.dependencies) == 1


def test_a_library_for_testing_is_no_test() -> None:
    graph = module_graph([source("web/test/client.py"), source("web/x.py", "web.test.client")])
    assert not module(graph, "web/test/client.py").is_test


def many(folder: str, count: int, *imports: str) -> list[SourceFile]:
    return [source(f"{folder}/m{number}.py", *imports) for number in range(count)]


def layered() -> list[SourceFile]:
    """Two imports go from views to store; one goes the other way."""
    return [
        source("app/views/a.py", "app.store.s"),
        source("app/views/b.py", "app.store.s"),
        source("app/store/s.py", lines=20),
        source("app/store/t.py", "app.views.b"),
    ]


def test_an_import_against_the_direction_of_most_is_a_violation() -> None:
    graph = module_graph([*layered(), *many("app/other", 12)])
    (violation,) = graph.violations
    assert (violation.source, violation.target) == ("app/store", "app/views")
    assert (violation.imports, violation.against) == (1, 2)
    assert (violation.path, violation.line) == ("app/store/t.py", 1)
    layers = {component.path: component.layer for component in graph.components}
    assert (layers["app/store"], layers["app/views"]) == (0, 1)
    assert graph.component_cycles == (("app/store", "app/views"),)


def test_a_big_code_base_shows_folders_and_never_more_than_forty() -> None:
    files = [
        f for folder in range(12) for inner in range(9) for f in many(f"p/f{folder}/g{inner}", 3)
    ]
    graph = module_graph(files)
    assert [c.path for c in graph.components] == sorted(f"p/f{n}" for n in range(12))
    assert sum(c.files for c in graph.components) == len(files)


def test_what_stands_beside_folders_is_a_component_of_its_own() -> None:
    files = [source("p/x.py"), source("p/y.py"), *many("p/a", 20), *many("p/b", 20)]
    labels = {c.path: (c.label, c.files) for c in module_graph(files).components}
    assert labels["p"] == ("p/*", 2)


def test_the_graph_is_json() -> None:
    graph = module_graph(layered())
    assert (
        json.loads(json.dumps(dataclasses.asdict(graph)))["modules"][0]["path"] == "app/store/s.py"
    )


def test_a_chain_of_ten_thousand_does_not_recurse() -> None:
    files = [source(f"m{n}.py", f"m{(n + 1) % 10_000}") for n in range(10_000)]
    (cycle,) = module_graph(files).cycles
    assert len(cycle.members) == 10_000
    assert len(cycle.breaks) == 1


NODES = st.integers(0, 7)
EDGES = st.lists(st.tuples(NODES, NODES), max_size=24)


def code_base(edges: list[tuple[int, int]], name: str = "m") -> list[SourceFile]:
    imports: dict[int, list[str]] = {node: [] for node in range(8)}
    for origin, target in edges:
        imports[origin].append(f"{name}{target}")
    return [source(f"{name}{node}.py", *found) for node, found in imports.items()]


@given(EDGES, st.randoms(use_true_random=False))
def test_the_order_of_files_changes_nothing(edges: list[tuple[int, int]], random: object) -> None:
    files = code_base(edges)
    shuffled = files.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert module_graph(shuffled) == module_graph(files)


@given(EDGES)
def test_other_names_give_the_same_graph(edges: list[tuple[int, int]]) -> None:
    one, other = (module_graph(code_base(edges, name)) for name in ("m", "other"))
    renamed = repr(other).replace("other", "m")
    assert renamed == repr(one)


@given(EDGES)
def test_without_the_imports_to_cut_there_is_no_cycle_and_none_is_needless(
    edges: list[tuple[int, int]],
) -> None:
    cut = {(d.source, d.target) for c in module_graph(code_base(edges)).cycles for d in c.breaks}

    def without(removed: set[tuple[str, str]]) -> ModuleGraph:
        return module_graph(
            code_base([(o, t) for o, t in edges if (f"m{o}.py", f"m{t}.py") not in removed])
        )

    assert without(cut).cycles == ()
    assert all(without(cut - {edge}).cycles for edge in cut)


def test_folders_that_import_each_other_are_a_cycle_of_components() -> None:
    graph = module_graph([*layered(), *many("app/other", 12)])
    assert graph.component_cycles == (("app/store", "app/views"),)
    assert graph.cycles == ()


def test_a_folder_that_is_a_module_keeps_its_own_component() -> None:
    files = [source(f"server/{name}.go") for name in ("main", "inner/a", "inner/b")]
    graph = module_graph([*files, source("web/app.ts", lines=5), source("main.go")])
    assert sorted(m.path for m in graph.modules) == [".", "server", "server/inner", "web/app.ts"]
    assert sum(component.files for component in graph.components) == 5


PATHS = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join)


@given(st.lists(st.tuples(PATHS, st.sampled_from([".py", "/x.go", ".ts"])), min_size=1))
def test_every_module_has_one_component_and_there_are_at_most_forty(
    names: list[tuple[str, str]],
) -> None:
    files = {f"{folder}{end}": source(f"{folder}{end}") for folder, end in names}
    graph = module_graph(list(files.values()))
    assert len(graph.components) <= 40
    assert {m.component for m in graph.modules} == {c.path for c in graph.components}
    assert sum(component.files for component in graph.components) == len(files)
