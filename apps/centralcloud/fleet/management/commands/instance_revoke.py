"""`manage.py instance_revoke ID`: shut an instance out."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.management.seeds import users_told
from apps.shared.access.commands import RecordedCommand


class Command(RecordedCommand):
    """Revoke."""

    help = (
        "Shut an instance out: its keys are believed no more and it is disconnected. What it "
        "contributed stays; instance_withdraw takes that out as well."
    )
    action = "instance.revoke"
    about = "instance"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which instance."""
        parser.add_argument("instance", metavar="ID", help="its INSTANCE_ID")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Revoke, tell."""
        name = options["instance"]
        try:
            services.instance_revoke(name=name)
        except services.EnrolmentError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{name} is revoked. {users_told()}")
