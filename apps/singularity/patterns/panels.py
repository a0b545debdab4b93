"""What the dashboard shows of mining, and its part of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from apps.shared.core.jobs.status import Measure
from apps.shared.dashboard.code import code_styles
from apps.shared.dashboard.frame import Panel
from apps.shared.dashboard.sidebar import Group, Item
from apps.singularity.patterns.selectors.digest import learned_digest

MINE_MEASURE = Measure(done="read", total="pending", unit="files", also=("patterns",))


def _learned(_request: HttpRequest) -> dict[str, Any]:
    digest = learned_digest()
    return {"code_styles": code_styles(), "digest": digest} if digest else {}


LEARNED = Panel(
    "learned", "What it is made of", "patterns/learned.html", _learned, live=True
)  # fmt: skip

SIDEBAR = Group(
    "Patterns",
    (
        Item(
            "Code patterns",
            "fingerprint",
            "admin:patterns_codepattern_changelist",
            "patterns.view_codepattern",
        ),
        Item("Findings", "rule", "admin:patterns_finding_changelist", "patterns.view_finding"),
        Item(
            "Architecture",
            "account_tree",
            "admin:patterns_architecturepattern_changelist",
            "patterns.view_architecturepattern",
        ),
        Item(
            "Frameworks",
            "deployed_code",
            "admin:patterns_framework_changelist",
            "patterns.view_framework",
        ),
    ),
)
