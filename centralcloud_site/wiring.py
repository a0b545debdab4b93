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
HANDLERS: dict[str, str] = {
    "intelligence.code.pattern.learned": "apps.centralcloud.aggregation.handlers.code_patterns",
    "intelligence.architecture.pattern.learned": (
        "apps.centralcloud.aggregation.handlers.architecture"
    ),
    "intelligence.framework.detected": "apps.centralcloud.aggregation.handlers.frameworks",
    "intelligence.package.declared": "apps.centralcloud.aggregation.handlers.packages",
    "intelligence.statistics.reported": "apps.centralcloud.aggregation.handlers.statistics",
    "intelligence.instance.heartbeat": "apps.centralcloud.fleet.handlers.heartbeats",
}
SENDERS = "apps.centralcloud.fleet.selectors.keys.sender_keys"
HEARTBEAT = ""
AUDIENCES = "apps.centralcloud.fleet.selectors.instances.audiences"
QUERIES: dict[str, str] = {}
WITHDRAWALS: list[str] = ["apps.centralcloud.aggregation.services.withdrawing.instance_remove"]
