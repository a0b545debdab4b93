"""What the dashboard shows of what the fleet knows, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.centralcloud.aggregation.display import facet_of, shown_matrix
from apps.centralcloud.aggregation.models import GlobalFact, Subject
from apps.centralcloud.aggregation.selectors.facts import facts_shown, totals
from apps.centralcloud.aggregation.selectors.matrix import matrix_recent
from apps.centralcloud.aggregation.selectors.statistics import statistics_over_time
from apps.shared.core.admin.base import list_url
from apps.shared.dashboard.charts import Series, line_chart
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item

PATTERNS_SHOWN = 6
ROWS_SHOWN, COLUMNS_SHOWN, POINTS_SHOWN = 20, 10, 168
NAMES = {
    Subject.PATTERN: "code patterns",
    Subject.ARCHITECTURE: "architecture patterns",
    Subject.FRAMEWORK: "frameworks",
    Subject.PACKAGE: "packages",
}


def _known(_request: HttpRequest) -> dict[str, Any]:
    """Few queries, and none that counts: the numbers are those of the last adding up."""
    known = totals()
    return {
        "totals": known,
        "subjects": [
            {
                "name": NAMES[one.subject],
                "facts": one.facts,
                "shown": one.shown,
                "address": list_url(GlobalFact, subject__exact=one.subject.value),
            }
            for one in (known.subjects if known else ())
        ],
        "patterns": facts_shown(subject=Subject.PATTERN)[:PATTERNS_SHOWN],
    }


def _matrix(request: HttpRequest) -> dict[str, Any]:
    """Three queries, whatever the size of the fleet."""
    facet = facet_of(request)
    return shown_matrix(matrix_recent(facet=facet, limit=ROWS_SHOWN), columns=COLUMNS_SHOWN)


def _over_time(_request: HttpRequest) -> dict[str, Any]:
    """One query."""
    rows = statistics_over_time(POINTS_SHOWN)
    subjects = [
        Series(name, [(row.at, row.facts.get(subject, 0)) for row in rows])
        for subject, name in NAMES.items()
    ]
    told = [Series("contributions", [(row.at, row.contributions) for row in rows])]
    return {
        "charts": [
            line_chart("Contributions", told),
            line_chart("What they add up to", subjects),
        ],
        "rows": len(rows),
    }


MATRIX = Panel(
    "matrix", "Who is learning what", "aggregation/matrix_panel.html", _matrix, later=True
)
OVER_TIME = Panel(
    "over-time", "Known over time", "aggregation/over_time.html", _over_time, later=True
)
KNOWN = Panel(
    "known", "What the fleet knows", "aggregation/known.html", _known, live=True, later=True
)

SIDEBAR = Group(
    "Knowledge",
    (
        Item(
            "What the fleet knows",
            "hub",
            "admin:aggregation_globalfact_changelist",
            "aggregation.view_globalfact",
        ),
        Item(
            "Who has what",
            "grid_on",
            "admin:aggregation_matrix",
            "aggregation.view_globalfact",
        ),
        Item(
            "Contributions",
            "input",
            "admin:aggregation_contribution_changelist",
            "aggregation.view_contribution",
        ),
        Item(
            "Statistics",
            "monitoring",
            "admin:aggregation_statisticssnapshot_changelist",
            "aggregation.view_statisticssnapshot",
        ),
    ),
)
