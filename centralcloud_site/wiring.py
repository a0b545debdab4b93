"""This site's beat schedule, dashboard panels and message handlers, by dotted path."""

from typing import Any

SCHEDULE: dict[str, dict[str, Any]] = {}
PANELS: list[str] = []
HANDLERS: dict[str, str] = {}
