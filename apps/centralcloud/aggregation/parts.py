"""What an instance has learned, on its page."""

from __future__ import annotations

from typing import Any

from apps.centralcloud.aggregation.selectors.matrix import instance_cells
from apps.centralcloud.aggregation.selectors.summary import instance_summed
from apps.centralcloud.fleet.parts import Part
from apps.shared.dashboard.charts import bar_chart

NAMES_SHOWN = 10
TITLES = {
    "language": "Languages, by files",
    "framework": "Frameworks, by code bases",
    "kind": "Patterns, by kind",
}


def _learned(instance: str) -> dict[str, Any]:
    """Two queries."""
    cells = instance_cells(instance)
    charts = [
        bar_chart(
            title,
            [(name, cell.number) for name, cell in list(cells[facet].items())[:NAMES_SHOWN]],
        )
        for facet, title in TITLES.items()
    ]
    return {"charts": charts, "summary": instance_summed(instance), "any": any(cells.values())}


LEARNED = Part(
    "What it has learned", "aggregation/learned.html", _learned, "aggregation.view_globalfact"
)
