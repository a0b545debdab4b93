"""`manage.py packages`: what Centralcloud knows of packages, and what is used here."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.timesince import timesince
from pydantic import ValidationError
from rich.console import Console

from apps.shared.contracts.payloads.queries import PackagesAnswer, PackagesQuery
from apps.shared.knowledge_cache.services.asking import answer_asked
from apps.shared.nats_bridge.services.asking import NoAnswer
from apps.shared.packages.listing import LIMIT, arguments_add, purl_asked, rendered
from apps.shared.packages.spelling import ecosystem_named, language_named, none_such
from apps.singularity.guidance.selectors.own_packages import ecosystems_own, packages_own

KIND = "packages"
"""Under which answers are kept for when Centralcloud is away."""
_TOLD_ONLY = ("implemented_in", "licence", "vulnerable", "deprecated", "outdated")
"""What only Centralcloud can say."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, whose it is (``centralcloud``, ``kept``, ``own``), from when, and why so."""

    answer: PackagesAnswer
    source: str
    answered_at: datetime
    reason: str = ""


class Command(BaseCommand):
    """Search packages, or show one."""

    help = "Packages, those that most instances use first; a single purl shows one in detail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Filters."""
        arguments_add(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask, and where nobody answers say what is known here."""
        told = _told(options)
        answer = told.answer.model_dump(mode="json")
        if options["json"]:
            said = {"from": told.source, "reason": told.reason, **answer}
            said["answered_at"] = told.answered_at.isoformat()
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        if told.reason:
            self.stderr.write(f"{told.reason} {_whence(told)}")
        console = Console(file=cast("IO[str]", self.stdout))
        for part in rendered(answer):
            console.print(part)


def _told(options: dict[str, Any]) -> Told:
    """Raises CommandError for what cannot be asked, or asks for what is not there."""
    query = _query(options)
    try:
        asked = answer_asked(query=query, answer=PackagesAnswer, kind=KIND)
    except NoAnswer as error:
        if error.mistaken:
            raise CommandError(str(error)) from None
        return Told(_own(query, options, error), "own", timezone.now(), str(error))
    source = "centralcloud" if asked.fresh else "kept"
    return Told(asked.answer, source, asked.answered_at, asked.reason)


def _query(options: dict[str, Any]) -> PackagesQuery:
    """Raises CommandError for what cannot be asked."""
    if not 1 <= options["limit"] <= LIMIT:
        raise CommandError(f"--limit is a number from 1 to {LIMIT}.")
    here, used_by = settings.INSTANCE_ID, options["used_by"]
    if used_by not in {"", here}:
        raise CommandError(
            f"An instance hears of nobody else's packages: --used-by can only be {here}."
        )
    purl = purl_asked(options["words"])
    try:
        return PackagesQuery(
            words="" if purl else " ".join(options["words"]),
            ecosystem=ecosystem_named(options["ecosystem"]),
            implemented_in=language_named(options["implemented_in"]) or None,
            licence=options["licence"],
            mine=bool(used_by),
            vulnerable=options["vulnerable"],
            deprecated=options["deprecated"],
            outdated=options["outdated"],
            package=purl or None,
            limit=options["limit"],
        )
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        raise CommandError(f"{wrong['loc'][0]}: {wrong['msg']}.") from None


def _own(query: PackagesQuery, options: dict[str, Any], error: NoAnswer) -> PackagesAnswer:
    """What is declared here. Raises CommandError where that says nothing of what is asked."""
    asked = [name for name in _TOLD_ONLY if options[name]]
    if asked:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in asked)
        raise CommandError(f"{error} Only Centralcloud knows what {flags} asks for.")
    if query.ecosystem and query.ecosystem not in (there := ecosystems_own()):
        raise CommandError(f"{error} {none_such('ecosystem', query.ecosystem, there)}")
    return packages_own(
        words=query.words.split(),
        ecosystem=query.ecosystem,
        purl=query.package or "",
        limit=query.limit,
    )


def _whence(told: Told) -> str:
    if told.source == "own":
        return "These are the packages that this instance's own code bases declare."
    age = timesince(told.answered_at, depth=1).replace("\N{NO-BREAK SPACE}", " ")
    return f"This is what it answered {age} ago, {told.answered_at:%Y-%m-%d %H:%M} UTC."
