"""`manage.py knowledge`: copies of Centralcloud's answers, and how old they are."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.shared.core.templatetags.figures import duration
from apps.shared.knowledge_cache.models import Copy
from apps.shared.knowledge_cache.selectors import copies_kinds, copies_told

NONE = (
    "No copies. An instance gets them over NATS, hourly and whenever they change: it must be "
    "enrolled (manage.py instance_enroll at Centralcloud) and run manage.py nats_bridge."
)


class Command(BaseCommand):
    """List copies."""

    help = "Copies of Centralcloud's answers that this instance keeps, with their age."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which kind."""
        parser.add_argument("kind", nargs="?", default="", help="only of this kind")
        parser.add_argument("--json", action="store_true", help="print JSON, with the answers")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, and print."""
        kinds, asked = copies_kinds(), options["kind"]
        if asked and asked not in kinds:
            known = ", ".join(kinds) or "none"
            raise CommandError(f"There are no copies of the kind {asked}; kinds are: {known}.")
        rows = copies_told(instance=settings.IDENTITY.name, kinds=[asked] if asked else kinds)
        if options["json"]:
            self.stdout.write(json.dumps([_json(row) for row in rows]))
        elif lines := [_line(row) for row in rows]:
            self.stdout.write("\n".join(lines))
        else:
            self.stdout.write(NONE)


def _line(row: Copy) -> str:
    age = duration(timezone.now() - row.answered_at)
    return f"{row.kind} {row.key[:12]} worked out {age} ago ({row.answered_at:%Y-%m-%d %H:%M} UTC)"


def _json(row: Copy) -> dict[str, Any]:
    age = (timezone.now() - row.answered_at).total_seconds()
    stated = {"kind": row.kind, "key": row.key, "answered_at": row.answered_at.isoformat()}
    return {**stated, "age_seconds": age, "value": row.value}
