"""`manage.py instance_withdraw ID`: as if an instance had never joined."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.management.seeds import users_told
from apps.shared.access.commands import RecordedCommand


class Command(RecordedCommand):
    """Withdraw."""

    help = (
        "Shut an instance out and take its contributions out of every aggregate. It may be "
        "enrolled again; what it said before counts no more."
    )
    action = "instance.withdraw"
    about = "instance"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which instance, and whether to ask."""
        parser.add_argument("instance", metavar="ID", help="its INSTANCE_ID")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Ask, withdraw, tell."""
        name = options["instance"]
        if not options["yes"] and not _sure(name):
            raise CommandError("Nothing was changed.")
        try:
            removed = services.instance_withdraw(name=name)
        except services.EnrolmentError as error:
            raise CommandError(str(error)) from None
        rows = sum(removed.values())
        self.stdout.write(f"{name} is withdrawn: {rows:,} of its rows are removed. {users_told()}")


def _sure(name: str) -> bool:
    """Whether the operator writes the name; nobody to ask is a no."""
    try:
        return input(f"All that {name} contributed is removed. Its name, to go on: ") == name
    except EOFError:
        return False
