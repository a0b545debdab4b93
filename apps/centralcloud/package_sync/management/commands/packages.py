"""`manage.py packages`: what is known of packages, and who uses them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from apps.centralcloud.package_sync.selectors.answering import package_answer, packages_answer
from apps.centralcloud.package_sync.selectors.listing import (
    ecosystems_known,
    instances_known,
    languages_known,
)
from apps.centralcloud.package_sync.selectors.wanted import Wanted
from apps.shared.contracts.payloads.queries import PackagesAnswer
from apps.shared.packages.listing import LIMIT, arguments_add, purl_asked, rendered

NAMED = 12
"""Of what there is, as many are named to somebody who asked for something else."""


class Command(BaseCommand):
    """Search packages, or show one."""

    help = "Packages, those that most instances use first; a single purl shows one in detail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Filters."""
        arguments_add(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer."""
        if not 1 <= options["limit"] <= LIMIT:
            raise CommandError(f"--limit is a number from 1 to {LIMIT}.")
        _known("instance", options["used_by"], instances_known)
        _known("ecosystem", options["ecosystem"], ecosystems_known)
        _known("language", options["implemented_in"], languages_known)
        answer = _answer(options).model_dump(mode="json")
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        console = Console(file=cast("IO[str]", self.stdout))
        for part in rendered(answer):
            console.print(part)


def _answer(options: dict[str, Any]) -> PackagesAnswer:
    instance = options["used_by"]
    if purl := purl_asked(options["words"]):
        return package_answer(purl, audience=None, instance=instance)
    names = ("ecosystem", "implemented_in", "used_by", "licence")
    flags = ("vulnerable", "deprecated", "outdated")
    wanted = Wanted(
        words=" ".join(options["words"]), **{name: options[name] for name in (*names, *flags)}
    )
    return packages_answer(wanted, limit=options["limit"], instance=instance)


def _known(what: str, given: str, known: Callable[[], list[str]]) -> None:
    """Raises CommandError, with those there are, for a name that stands for none."""
    if not given:
        return
    names = known()
    if given not in names:
        shown = ", ".join(names[:NAMED]) + (" ..." if len(names) > NAMED else "")
        raise CommandError(f"There is no {what} {given}; there are: {shown or 'none yet'}.")
