"""`manage.py instance_rotate ID`: give an instance a new key."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.management.seeds import (
    identity_here,
    seed_keep,
    told,
    users_told,
)
from apps.centralcloud.fleet.services.pairs import pair_new
from apps.shared.access.commands import RecordedCommand


class Command(RecordedCommand):
    """Rotate."""

    help = (
        "Give an instance a new key and print its seed, once. The old key verifies what is in "
        "flight and lets nobody in any more."
    )
    action = "instance.rotate"
    about = "instance"
    noted = ("write_seed",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which instance, and where its seed goes."""
        parser.add_argument("instance", metavar="ID", help="its INSTANCE_ID")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--write-seed",
            action="store_true",
            help="keep the seed for an instance of this machine and do not print it",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Draw, rotate, tell."""
        name, pair = options["instance"], pair_new()
        try:
            services.instance_rotate(name=name, public=pair.public)
        except services.EnrolmentError as error:
            raise CommandError(str(error)) from None
        if options["write_seed"]:
            seed_keep(name, pair)
            self.stdout.write(f"{name} has a new seed, in {identity_here(name).seed_file}.")
        else:
            self.stdout.write(told(name, pair, as_json=options["json"]))
        self.stderr.write(users_told())
