"""`manage.py publish`: tell what changed, show it first, or take it all back."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from apps.shared.access.commands import RecordedCommand
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.publishing.services.by_hand import Wanted, publish
from apps.singularity.publishing.services.messages import Told
from apps.singularity.publishing.services.models import models_preview, models_tell
from apps.singularity.publishing.services.scheduled import OFF, READ_ONLY, why_nothing


class Command(RecordedCommand):
    """Queue what others are told, or print it."""

    help = "Queue what changed for Centralcloud; --dry-run prints exactly what would leave."
    action = "publish.start"
    about = "codebase"
    noted = ("full", "withdraw")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and with which code base."""
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would leave; write nothing"
        )
        parser.add_argument(
            "--full", action="store_true", help="tell all that holds, changed or not"
        )
        parser.add_argument(
            "--withdraw",
            action="store_true",
            help="take back all that was told; the schedule tells nothing of it again",
        )
        parser.add_argument("--codebase", default="", help="only this one")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Publish, and say what became of it."""
        if options["full"] and options["withdraw"]:
            raise CommandError("--full tells all, --withdraw takes all back: choose one.")
        why = why_nothing()
        if why and (why in {OFF, READ_ONLY} or not options["dry_run"]):
            self._say_nothing(why, as_json=options["json"])
            return
        wanted = Wanted(
            codebase=options["codebase"],
            full=options["full"],
            withdraw=options["withdraw"],
            dry_run=options["dry_run"],
        )
        shown: list[dict[str, Any]] = []

        def show(subject: str, data: bytes) -> None:
            if options["json"]:
                shown.append({"subject": subject, "size": len(data), "data": data.decode()})
            elif options["dry_run"]:
                self.stdout.write(f"{subject} {len(data):,} bytes\n{data.decode()}")

        try:
            told = publish(wanted=wanted, sink=show)
        except UnknownCodebase as error:
            raise CommandError(str(error)) from None
        models = _models(wanted)
        if options["json"]:
            self.stdout.write(json.dumps({"messages": shown, **_numbers(told), **models}))
        else:
            self.stdout.write("\n".join([_summary(told, wanted), *_model_lines(models)]))

    def _say_nothing(self, why: str, *, as_json: bool) -> None:
        nothing = {"messages": [], **_numbers(Told()), "why": why}
        self.stdout.write(json.dumps(nothing) if as_json else f"{settings.INSTANCE_ID}: {why}.")


def _numbers(told: Told) -> dict[str, Any]:
    return {
        "facts": told.facts,
        "withdrawn": told.withdrawn,
        "size": told.size,
        "refused": dict(told.refused),
    }


def _models(wanted: Wanted) -> dict[str, Any]:
    """What would be announced of models, or was; nothing where only facts are wanted."""
    if wanted.codebase or wanted.withdraw:
        return {}
    if wanted.dry_run:
        return {"models": [asdict(one) | {"says": str(one)} for one in models_preview()]}
    return {"announced": asdict(models_tell())}


def _model_lines(models: dict[str, Any]) -> list[str]:
    lines = [f"Would announce {one['says']}." for one in models.get("models", [])]
    told = models.get("announced")
    if told and told["models"]:
        with_bundles = f"{told['bundles']:,} with a bundle, {told['size']:,} bytes"
        lines.append(f"Announced {told['models']:,} models: {with_bundles}.")
    waiting = told["waiting"] if told else {}
    return lines + [f"{version} waits: {reason}" for version, reason in waiting.items()]


def _summary(told: Told, wanted: Wanted) -> str:
    verb = "Would queue" if wanted.dry_run else "Queued"
    facts = f"{told.facts:,} facts, {told.withdrawn:,} withdrawn, {told.size:,} bytes"
    lines = [f"{verb} {told.messages:,} messages: {facts}."]
    lines += [f"Refused {count:,}: {reason}." for reason, count in told.refused.most_common()]
    return "\n".join(lines)
