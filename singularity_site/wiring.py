"""The site's beat schedule, dashboard, sidebar, job measures and message handlers, by path."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {
    "recover lost jobs": {
        "task": "apps.singularity.ingestion.tasks.recover",
        "schedule": 60.0,
    },
    "fill in missing vectors": {
        "task": "apps.singularity.ingestion.tasks.fill_start",
        "schedule": 300.0,
    },
}
PANELS: list[str] = [
    "apps.singularity.ingestion.panels.START",
    "apps.singularity.ingestion.panels.SEARCH",
    "apps.singularity.ingestion.panels.NUMBERS",
    "apps.shared.dashboard.panels.JOBS",
    "apps.singularity.ingestion.panels.CODEBASES",
    "apps.singularity.ingestion.panels.LANGUAGES",
    "apps.singularity.ingestion.panels.LEFT_OUT",
]
SIDEBAR: list[str] = [
    "apps.shared.dashboard.sidebar.OVERVIEW",
    "apps.singularity.ingestion.panels.SIDEBAR",
    "apps.shared.dashboard.sidebar.RUNS",
    "apps.shared.dashboard.sidebar.ACCESS",
]
MEASURES: dict[str, str] = {
    "ingest": "apps.singularity.ingestion.panels.INGEST_MEASURE",
    "embed": "apps.singularity.ingestion.panels.EMBED_MEASURE",
}
HANDLERS: dict[str, str] = {}
