"""`manage.py nats_config`: nats-server's accounts, and a configuration to begin with."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.engine.nats_server import RELOAD, server_text
from apps.centralcloud.fleet.selectors.instances import keys_in_use
from apps.shared.core.private_files import write_whole

READ = f"Have it read them: {RELOAD}."


class Command(BaseCommand):
    """Write."""

    help = (
        "Write nats-server's accounts: Centralcloud's, and one for each enrolled instance with "
        "the subjects that it needs and no others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, and where to."""
        parser.add_argument("--output", type=Path, help="write there and do not print")
        parser.add_argument(
            "--server",
            action="store_true",
            help="a whole configuration for production, which includes users.conf beside it; "
            "an existing file is left alone",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print, or write in one go."""
        output: Path | None = options["output"]
        text = _server() if options["server"] else services.nats_users()
        if output is None:
            self.stdout.write(text)
            return
        if options["server"] and output.exists():
            raise CommandError(f"{output} exists: remove it first, or choose another --output.")
        try:
            write_whole(output, text)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None
        users = f"`manage.py nats_config --output {output.with_name('users.conf')}` writes them."
        next_step = f"It includes users.conf: {users}" if options["server"] else READ
        self.stderr.write(f"Written to {output}. {next_step}")


def _server() -> str:
    hosts = [urlsplit(url).hostname or "" for url in settings.ENVIRONMENT.nats_urls]
    return server_text(replicas=settings.NATS_REPLICAS, hosts=hosts, instances=len(keys_in_use()))
