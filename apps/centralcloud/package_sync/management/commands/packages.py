"""`manage.py packages`: what is known of packages, and who uses them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from apps.centralcloud.package_sync.selectors.answering import package_answer, packages_answer
from apps.centralcloud.package_sync.selectors.naming import NotThere, names_check
from apps.centralcloud.package_sync.selectors.wanted import Wanted
from apps.shared.contracts.payloads.queries import PackagesAnswer
from apps.shared.packages.listing import LIMIT, arguments_add, purl_asked, rendered


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
        try:
            answer = _answer(options).model_dump(mode="json")
        except NotThere as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        console = Console(file=cast("IO[str]", self.stdout))
        for part in rendered(answer):
            console.print(part)


def _answer(options: dict[str, Any]) -> PackagesAnswer:
    """Raises NotThere for a name that stands for nothing."""
    instance, purl = options["used_by"], purl_asked(options["words"])
    names = ("ecosystem", "implemented_in", "used_by", "licence")
    flags = ("vulnerable", "deprecated", "outdated")
    wanted = Wanted(
        words="" if purl else " ".join(options["words"]),
        **{name: options[name] for name in (*names, *flags)},
    )
    if not purl:
        return packages_answer(wanted, limit=options["limit"], instance=instance)
    names_check(wanted)
    return package_answer(purl, audience=None, instance=instance)
