"""The site's beat schedule, dashboard panels and message handlers, by dotted path."""

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
PANELS: list[str] = []
HANDLERS: dict[str, str] = {}
