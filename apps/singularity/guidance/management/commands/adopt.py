"""`manage.py adopt`: judge what the fleet offers on own code now, and take the best into use."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apps.shared.access.commands import RecordedCommand
from apps.shared.core.jobs import JobAlreadyRunning
from apps.shared.nats_bridge.services.asking import NoAnswer
from apps.singularity.guidance import services
from apps.singularity.guidance.display.models import adoption_facts, adoption_line
from apps.singularity.guidance.models import Adoption, ModelOffer
from apps.singularity.guidance.selectors.adoptions import offers_due
from apps.singularity.guidance.selectors.offers import offer_named
from apps.singularity.guidance.services.adoption import FAILURES


class Command(RecordedCommand):
    """Ask, judge, adopt."""

    help = "Judge the fleet's models on own held-out code now; the best of all is used."
    action = "model.adopt"
    about = "version"
    noted = ("join", "no_tuning")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which, and how far."""
        parser.add_argument("version", nargs="?", default="", help="only this one, due or not")
        parser.add_argument(
            "--dry-run", action="store_true", help="compare and say; use and report nothing"
        )
        parser.add_argument(
            "--no-tuning", action="store_true", help="do not train the offered model further here"
        )
        parser.add_argument(
            "--join", action="store_true", help="queue a training for each open round as well"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        self._ask(quiet=options["json"])
        try:
            offers = [offer_named(version=options["version"])] if options["version"] else []
            offers = offers or offers_due()
            said = [self._one(offer, options) for offer in offers]
        except (services.UnknownOffer, JobAlreadyRunning) as error:
            raise CommandError(str(error)) from None
        joined = len(self._joined()) if options["join"] and not options["dry_run"] else 0
        if options["json"]:
            self.stdout.write(json.dumps({"offers": said, "joined": joined}))
        elif not said and not joined:
            self.stdout.write("The fleet offers nothing that was not judged on this code already.")

    def _ask(self, *, quiet: bool) -> None:
        """What was missed is asked for; who cannot ask goes on with what was told."""
        try:
            services.offers_request()
        except NoAnswer as error:
            if not quiet:
                self.stderr.write(f"{error} What was told before is looked at.")

    def _one(self, offer: ModelOffer, options: dict[str, Any]) -> dict[str, Any]:
        if options["dry_run"]:
            facts = _tried(offer)
        else:
            tune = not options["no_tuning"]
            adoption: Adoption = services.adoption_run_one(offer=offer, tune=tune)
            facts = adoption_facts(adoption)
        if not options["json"]:
            self.stdout.write(adoption_line(facts))
        return facts

    def _joined(self) -> list[Any]:
        from apps.singularity.training.tasks import train  # Celery is loaded only to queue

        jobs = services.rounds_join(by_hand=True)
        for job in jobs:
            train.delay(job.pk)
        return jobs


def _tried(offer: ModelOffer) -> dict[str, Any]:
    try:
        judgement, choice = services.offer_try(offer=offer)
    except FAILURES as error:
        return {"version": offer.version, "error": str(error)}
    decided = {"served": choice.served, "adopted": choice.adopted, "reason": choice.reason}
    return {"version": offer.version, "metric": judgement.metric, **judgement.scores, **decided}
