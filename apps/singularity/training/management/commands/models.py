"""`manage.py models`: what this instance has, and which of it is in use."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apps.shared.access.commands import RecordedCommand
from apps.shared.artifacts.engine.family import ALL
from apps.singularity.training import services
from apps.singularity.training.management.shown import models_text
from apps.singularity.training.models import ModelInUse
from apps.singularity.training.selectors import model_named, models_in_use, models_of
from apps.singularity.training.selectors.facts import in_use_facts, model_facts
from apps.singularity.training.selectors.models import with_bundle

SHOWN = 50


class Command(RecordedCommand):
    """List models, use one, or go back to the one before."""

    help = "List the models that this instance has, use one, or go back to the one before."
    noted = ("version", "kind", "scope")

    def recorded(self, options: dict[str, Any]) -> str:
        """To list is no action."""
        return f"model.{options['action'].replace('-', '_')}" if options["action"] else ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and how to print."""
        parser.add_argument("--json", action="store_true", help="print as JSON")
        actions = parser.add_subparsers(dest="action", metavar="use|roll-back|leave")
        use = actions.add_parser("use", help="take a model into use")
        use.add_argument("version")
        use.add_argument("--json", action="store_true", help="print as JSON")
        for name, does in (("roll-back", "use again the one before"), ("leave", "use none")):
            action = actions.add_parser(name, help=does)
            action.add_argument("kind", choices=["vocabulary", "t5", "encoder"])
            action.add_argument("--scope", default=ALL, help="languages, joined with +")
            action.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        try:
            row = _changed(options)
        except services.FAILURES as error:
            raise CommandError(str(error)) from None
        if options["action"] == "leave":
            self.stdout.write("null" if options["json"] else "None of the models answers now.")
        elif row is None:
            self._list(as_json=options["json"])
        elif options["json"]:
            self.stdout.write(json.dumps(in_use_facts(row)))
        else:
            self.stdout.write(f"{row.model} answers now for {row.kind} of {row.scope}.")

    def _list(self, *, as_json: bool) -> None:
        models, used = list(with_bundle(models_of())[:SHOWN]), list(models_in_use())
        in_use = {row.model_id for row in used}
        if as_json:
            said = [model_facts(model, in_use=model.pk in in_use) for model in models]
            rows = [in_use_facts(row) for row in used]
            self.stdout.write(json.dumps({"models": said, "in_use": rows}))
        else:
            self.stdout.write(models_text(models, used))


def _changed(options: dict[str, Any]) -> ModelInUse | None:
    """What is in use after the action; none where there was no action."""
    if options["action"] == "roll-back":
        return services.model_roll_back(kind=options["kind"], scope=options["scope"])
    if options["action"] == "leave":
        services.model_leave(kind=options["kind"], scope=options["scope"])
    if options["action"] != "use":
        return None
    model = model_named(version=options["version"])
    if model is None:
        raise services.RunRefused(f"No model here is called {options['version']}.")
    return services.model_use(model=model, reason="Chosen by hand.")
