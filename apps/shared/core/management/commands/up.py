"""Start both sites on this machine and keep them running."""

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.shared.core.embedded.locks import only_one
from apps.shared.core.embedded.servers import servers_of
from apps.shared.core.ports import port_near
from apps.shared.core.supervisor import preparation
from apps.shared.core.supervisor.errors import StartError
from apps.shared.core.supervisor.loop import Supervisor
from apps.shared.core.supervisor.programs import SITES, site_programs
from apps.shared.core.supervisor.record import Record
from apps.shared.core.supervisor.watch import Watch


class Command(BaseCommand):
    """Servers, migrations, an account, what the code says; then web, worker, beat of both sites."""

    help = "Start both sites with everything they need; Ctrl-C ends all of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which code base to read and whether to stay."""
        parser.add_argument("--code", type=Path, default=settings.BASE_DIR)
        parser.add_argument("--once", action="store_true", help="exit when everything answers")

    def handle(self, *, code: Path, once: bool, **options: Any) -> None:
        """Run until Ctrl-C or SIGTERM, or with --once until everything has answered."""
        state = Path(settings.STATE_DIR)
        try:
            preparation.check(settings.ENVIRONMENT, code)
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
            with only_one(state / "up.lock") as alone:
                if alone:
                    self.run(code.resolve(), Record(state / "processes.json"), once=once)
        except StartError as error:
            raise CommandError(str(error)) from None
        if not alone:
            raise CommandError(f"Both sites run already from {state}: end that start first.")

    def run(self, code: Path, record: Record, *, once: bool) -> None:
        """Prepare, serve, and tell where."""
        if ended := record.end_leftovers():
            self.stdout.write(f"Ended {ended} processes that an earlier start had left.")
        preparation.start_servers(settings.ENVIRONMENT, servers_of(settings.STATE_DIR))
        self.stdout.write("Migrating both databases.")
        preparation.migrate()
        if password := preparation.create_admin():
            self.stdout.write(f"Account of both sites: admin, password {password} (shown once)")
        failed = preparation.ingest(code, vectors="now" if once else "later")
        status, learned = (failed, "") if failed else preparation.learn()
        watch = self.serve(record, learned, once=once)
        if once and (status or not watch.ready):
            raise StartError(
                "Learning the code base failed, see above." if status else watch.missing()
            )

    def serve(self, record: Record, learned: str, *, once: bool) -> Watch:
        """Keep web, worker and beat of both sites running until it is time to stop.

        ``learned`` is shown when everything answers.
        """
        ports = {site.name: port_near(site.port) for site in SITES}
        programs = [p for site in SITES for p in site_programs(site, ports[site.name])]
        stop = threading.Event()
        _stop_on_signals(stop)
        watch = Watch(ports, stop, self.stdout.write, learned=learned, once=once)
        Supervisor(programs, record=record, show=self.show).run(watch.finished)
        return watch

    def show(self, name: str, line: str) -> None:
        """One line of a child."""
        self.stdout.write(f"{name:<20} | {line}")


def _stop_on_signals(stop: threading.Event) -> None:
    def handler(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)
