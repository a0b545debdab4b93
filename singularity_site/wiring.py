"""The site's beat schedule, jobs, dashboard, sidebar, measures and message handlers, by path."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "recover lost jobs": {
        "task": "apps.shared.core.tasks.recover",
        "schedule": 60.0,
    },
    "fill in missing vectors": {
        "task": "apps.singularity.ingestion.tasks.fill_start",
        "schedule": 300.0,
    },
    "mine patterns": {
        "task": "apps.singularity.patterns.tasks.mine_all",
        "schedule": 3600.0,
    },
}
JOBS: dict[str, str] = {
    "recover": "apps.shared.core.tasks.recover",
    "embed due": "apps.singularity.ingestion.tasks.fill_start",
    "mine due": "apps.singularity.patterns.tasks.mine_all",
    "ingest": "apps.singularity.ingestion.tasks.ingest",
    "embed": "apps.singularity.ingestion.tasks.fill",
    "mine": "apps.singularity.patterns.tasks.mine",
}
PANELS: list[str] = [
    "apps.singularity.ingestion.panels.START",
    "apps.singularity.ingestion.panels.SEARCH",
    "apps.singularity.ingestion.panels.NUMBERS",
    "apps.shared.dashboard.panels.JOBS",
    "apps.singularity.patterns.panels.LEARNED",
    "apps.singularity.ingestion.panels.CODEBASES",
    "apps.singularity.ingestion.panels.LANGUAGES",
    "apps.singularity.ingestion.panels.LEFT_OUT",
]
SIDEBAR: list[str] = [
    "apps.shared.dashboard.sidebar.OVERVIEW",
    "apps.singularity.ingestion.panels.SIDEBAR",
    "apps.singularity.patterns.panels.SIDEBAR",
    "apps.shared.dashboard.sidebar.RUNS",
    "apps.shared.dashboard.sidebar.ACCESS",
]
MEASURES: dict[str, str] = {
    "ingest": "apps.singularity.ingestion.panels.INGEST_MEASURE",
    "embed": "apps.singularity.ingestion.panels.EMBED_MEASURE",
    "mine": "apps.singularity.patterns.panels.MINE_MEASURE",
}
HANDLERS: dict[str, str] = {}
SENDERS = "apps.shared.nats_bridge.senders.centralcloud_keys"
HEARTBEAT = ""
AUDIENCES = ""
QUERIES: dict[str, str] = {}
