"""The site's beat schedule, jobs, dashboard, sidebar, measures and message handlers, by path."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
JOBS: dict[str, str] = {}
PANELS: list[str] = ["apps.shared.dashboard.panels.JOBS"]
SIDEBAR: list[str] = [
    "apps.shared.dashboard.sidebar.OVERVIEW",
    "apps.shared.dashboard.sidebar.RUNS",
    "apps.shared.dashboard.sidebar.ACCESS",
]
MEASURES: dict[str, str] = {}
HANDLERS: dict[str, str] = {}
SENDERS = ""
HEARTBEAT = ""
AUDIENCES = ""
QUERIES: dict[str, str] = {}
WITHDRAWALS: list[str] = []
