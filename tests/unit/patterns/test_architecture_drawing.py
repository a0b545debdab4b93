"""The drawing of the component graph: right, accessible, bounded, and safe to put into a page."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.patterns.engine.architecture import (
    ModuleGraph,
    SourceFile,
    drawing_of,
    module_graph,
)
from tests.common.factories.architecture import source

SVG = "{http://www.w3.org/2000/svg}"


def shop() -> list[SourceFile]:
    files = [
        source(f"shop/{f}/{f[0]}{n}.py", lines=20)
        for f in ("views", "store", "forms", "mail")
        for n in range(12)
    ]
    return [
        *files,
        *(source(f"shop/views/x{n}.py", "shop.store.s0", "shop.forms.f0") for n in range(3)),
        source("shop/forms/y.py", "shop.store.s1"),
        source("shop/store/up.py", "shop.views.v0"),
    ]  # fmt: skip


def drawn(files: list[SourceFile]) -> ET.Element:
    return ET.fromstring(drawing_of(module_graph(files)))


def boxes(svg: ET.Element) -> dict[str, tuple[float, float, float, float]]:
    """Component -> x, y, width, height."""
    found = {}
    for rectangle in svg.iter(f"{SVG}rect"):
        title = rectangle.findtext(f"{SVG}title")
        if title:
            place = [float(rectangle.attrib[key]) for key in ("x", "y", "width", "height")]
            found[title.partition(":")[0]] = (place[0], place[1], place[2], place[3])
    return found


def lines(svg: ET.Element, kind: str) -> list[str]:
    paths = svg.iter(f"{SVG}path")
    return [p.findtext(f"{SVG}title") or "" for p in paths if p.get("class") == kind]


def test_nothing_is_drawn_of_nothing() -> None:
    assert drawing_of(ModuleGraph()) == ""


def test_what_depends_on_others_stands_above_them() -> None:
    place = boxes(drawn(shop()))
    assert place["shop/views"][1] < place["shop/forms"][1] < place["shop/store"][1]


def test_lines_say_what_they_are() -> None:
    svg = drawn(shop())
    assert lines(svg, "mg-upward") == [
        "shop/store imports shop/views: 1, first in shop/store/up.py, line 1"
    ]
    assert lines(svg, "mg-implied") == [
        "shop/views imports shop/store: 3, first in shop/views/x0.py, line 1"
    ]
    assert len(lines(svg, "mg-direct")) == 2


def test_a_larger_component_is_drawn_higher() -> None:
    place = boxes(drawn([source("a.py", lines=1000), source("b.py", lines=10)]))
    assert place["a.py"][3] > place["b.py"][3]


def test_it_can_be_read_aloud_and_follows_the_theme() -> None:
    text = drawing_of(module_graph(shop()))
    svg = ET.fromstring(text)
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == (
        "Module graph: 4 components, 4 dependencies, 3 components in cycles"
    )
    assert re.search(r"text\{fill:currentColor", text)


def test_names_are_escaped() -> None:
    graph = module_graph([source("<b>&\"'.py"), source("x.py", lines=2)])
    assert "<b>" not in drawing_of(graph)
    assert "<b>&\"'.py" in boxes(ET.fromstring(drawing_of(graph)))


def test_a_wide_code_base_is_wrapped_into_rows() -> None:
    svg = drawn([source(f"p{n:02}/a.py") for n in range(40)])
    width = float(svg.get("viewBox", "").split()[2])
    assert len(boxes(svg)) == 40
    assert width < 800


NODES = st.integers(0, 11)


@settings(max_examples=50)
@given(st.lists(st.tuples(NODES, NODES), max_size=40))
def test_boxes_never_overlap_and_all_stand_inside(edges: list[tuple[int, int]]) -> None:
    imports: dict[int, list[str]] = {node: [] for node in range(12)}
    for origin, target in edges:
        imports[origin].append(f"m{target}")
    svg = drawn([source(f"m{node}.py", *found) for node, found in imports.items()])
    place = list(boxes(svg).values())
    _, _, width, height = map(float, svg.get("viewBox", "").split())
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in place)
    for at, (x, y, w, h) in enumerate(place):
        for z, v, u, g in place[at + 1 :]:
            assert x + w <= z or z + u <= x or y + h <= v or v + g <= y
