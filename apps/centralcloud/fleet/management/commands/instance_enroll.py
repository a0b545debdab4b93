"""`manage.py instance_enroll ID`: take an instance into the fleet."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.management.seeds import (
    identity_here,
    seed_keep,
    told,
    users_told,
)
from apps.centralcloud.fleet.selectors.instances import key_in_use, key_is_known
from apps.centralcloud.fleet.services.pairs import pair_new
from apps.shared.access.commands import RecordedCommand


class Command(RecordedCommand):
    """Enrol."""

    help = (
        "Take an instance into the fleet: draws its key pair, keeps the public key and prints the "
        "seed, once."
    )
    action = "instance.enroll"
    about = "instance"
    noted = ("note", "write_seed")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which instance, and where its seed goes."""
        parser.add_argument("instance", metavar="ID", help="its INSTANCE_ID")
        parser.add_argument("--note", default="", help="what people should know of it")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--write-seed",
            action="store_true",
            help="keep the seed for an instance of this machine and do not print it; "
            "run again, it changes nothing",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Draw, enrol, tell."""
        name = options["instance"]
        try:
            if options["write_seed"]:
                self._here(name, options["note"])
            else:
                pair = pair_new()
                services.instance_enroll(name=name, public=pair.public, note=options["note"])
                self.stdout.write(told(name, pair, as_json=options["json"]))
        except services.EnrolmentError as error:
            raise CommandError(str(error)) from None
        self.stderr.write(users_told())

    def _here(self, name: str, note: str) -> None:
        services.name_check(name)
        key, file = identity_here(name).key, identity_here(name).seed_file
        if key is not None and key.public == key_in_use(name=name):
            self.stdout.write(f"{name} is enrolled already, with the seed in {file}.")
            return
        if key is not None and not key_is_known(public=key.public):
            services.instance_enroll(name=name, public=key.public, note=note)
        else:
            pair = pair_new()
            with transaction.atomic():  # a seed that is kept is enrolled, or can be by a new run
                services.instance_enroll(name=name, public=pair.public, note=note)
                seed_keep(name, pair)
        self.stdout.write(f"{name} is enrolled; its seed is in {file}.")
