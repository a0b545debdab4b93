"""The component graph as SVG, to be put into a page as it is.

Colours: text and lines follow ``currentColor``, so that the page's light and dark themes hold;
the accent and the warning colour read on both, and a page may set them with the CSS variables
``--module-graph-accent`` and ``--module-graph-warning``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from html import escape

from apps.singularity.patterns.engine.architecture.drawing.paths import path_of
from apps.singularity.patterns.engine.architecture.drawing.places import Box, boxes_of
from apps.singularity.patterns.engine.architecture.drawing.rows import Line, Node, Rows, rows_of
from apps.singularity.patterns.engine.architecture.model import (
    Component,
    ComponentDependency,
    ModuleGraph,
)

_LABEL = 20
_STYLE = """
.module-graph{max-width:100%;height:auto;font:13px system-ui,sans-serif}
.module-graph text{fill:currentColor;text-anchor:middle}
.module-graph .mg-size{font-size:10px;opacity:.65}
.module-graph .mg-note{font-size:11px;opacity:.65;text-anchor:start}
.module-graph rect.mg-box{fill:var(--module-graph-accent,#a855f7);fill-opacity:.13;
stroke:var(--module-graph-accent,#a855f7);stroke-opacity:.75}
.module-graph path{fill:none;stroke:currentColor;stroke-opacity:.5}
.module-graph .mg-implied{stroke-opacity:.12}
.module-graph .mg-upward{stroke:var(--module-graph-warning,#d97706);stroke-opacity:.75;
stroke-dasharray:5 3}
.module-graph .mg-part:hover path{stroke-opacity:1}
.module-graph .mg-part:hover rect.mg-box{fill-opacity:.35}
"""


def drawing_of(graph: ModuleGraph) -> str:
    """The component graph as one SVG element, at most 40 components; empty without any.

    Dependencies lead down; those against the direction of most are marked. The components'
    heights grow with the square root of their lines.
    """
    if not graph.components:
        return ""
    components = {component.path: component for component in graph.components}
    rows = rows_of(graph)
    boxes, width, height = boxes_of(rows, components)
    name = "mg" + hashlib.sha256(repr(graph.component_dependencies).encode()).hexdigest()[:8]
    parts = "".join(
        _part(component, rows, boxes, graph.component_dependencies, name, width)
        for component in graph.components
    )
    return (
        f'<svg class="module-graph" xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{escape(_summary(graph))}" '
        f'viewBox="0 0 {width:.0f} {height + 22:.0f}" width="{width:.0f}">'
        f"<style>{_STYLE}</style>"
        f"{_mask(name, boxes, components, (width, height))}{_arrow(name)}{parts}"
        f'<text class="mg-note" x="12" y="{height + 14:.0f}">{_note(rows)}</text></svg>'
    )


def _summary(graph: ModuleGraph) -> str:
    """What a screen reader says instead of the picture."""
    cyclic = sum(map(len, graph.component_cycles))
    return (
        f"Module graph: {len(graph.components)} components, "
        f"{len(graph.component_dependencies)} dependencies, {cyclic} components in cycles"
    )


def _note(rows: Rows) -> str:
    upward = sum(line.upward for line in rows.lines)
    note = "Dependencies lead down, faint where others imply them"
    return f"{note}; {upward} dashed lead up." if upward else f"{note}."


def _mask(
    name: str,
    boxes: Mapping[Node, Box],
    components: Mapping[str, Component],
    size: tuple[float, float],
) -> str:
    """Lines are not seen behind boxes, whatever the page's background is."""
    holes = "".join(
        f'<rect x="{box.x - box.width / 2:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="7" fill="black"/>'
        for node, box in boxes.items()
        if node[0] in components
    )
    extent = f'width="{size[0]:.0f}" height="{size[1]:.0f}"'
    return (
        f'<mask id="{name}-m" maskUnits="userSpaceOnUse" x="0" y="0" {extent}>'
        f'<rect {extent} fill="white"/>{holes}</mask>'
    )


def _arrow(name: str) -> str:
    return (
        f'<marker id="{name}-a" viewBox="0 0 6 6" refX="5.5" refY="3" markerWidth="6" '
        f'markerHeight="6" markerUnits="userSpaceOnUse" orient="auto">'
        f'<polyline points="0,0 6,3 0,6" fill="currentColor" fill-opacity=".6"/></marker>'
    )


def _part(
    component: Component,
    rows: Rows,
    boxes: Mapping[Node, Box],
    dependencies: Sequence[ComponentDependency],
    name: str,
    width: float,
) -> str:
    """A component with the lines that leave it: pointing at it brings those out."""
    imports = {d.target: d for d in dependencies if d.source == component.path}
    own = [line for line in rows.lines if line.source == component.path]
    lines = "".join(
        _path(line, path_of(line, boxes, width), imports[line.target], name) for line in own
    )
    box = next(box for node, box in boxes.items() if node[0] == component.path)
    return f'<g class="mg-part"><g mask="url(#{name}-m)">{lines}</g>{_box(component, box)}</g>'


def _path(line: Line, curve: str, made: ComponentDependency, name: str) -> str:
    kind = "mg-upward" if line.upward else "mg-implied" if line.implied else "mg-direct"
    width = min(1 + made.imports**0.5 / 6, 3.5)
    title = f"{line.source} imports {line.target}: {made.imports}, first in {made.path}"
    end = "" if line.implied else f' marker-end="url(#{name}-a)"'
    return (
        f'<path class="{kind}" d="{curve}" stroke-width="{width:.1f}"{end}>'
        f"<title>{escape(title)}, line {made.line}</title></path>"
    )


def _box(component: Component, box: Box) -> str:
    label = component.label
    shown = label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}…"
    return (
        f'<rect class="mg-box" x="{box.x - box.width / 2:.1f}" y="{box.top:.1f}" '
        f'width="{box.width:.1f}" height="{box.height:.1f}" rx="7">'
        f"<title>{escape(_facts(component))}</title></rect>"
        f'<text x="{box.x:.1f}" y="{box.y - 1:.1f}">{escape(shown)}</text>'
        f'<text class="mg-size" x="{box.x:.1f}" y="{box.y + 12:.1f}">'
        f"{_short(component.lines)} lines</text>"
    )


def _facts(component: Component) -> str:
    unstable = "" if component.instability is None else f", instability {component.instability:.2f}"
    return (
        f"{component.path}: {component.files} files, {component.lines:,} lines, used by "
        f"{component.fan_in}, uses {component.fan_out}{unstable}"
    )


def _short(count: int) -> str:
    return f"{count / 1000:.0f}k" if count >= 9_950 else f"{count:,}"
