"""Start both sites on this machine and keep them running."""

import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.shared.core.embedded.locks import only_one
from apps.shared.core.embedded.nats import port_near
from apps.shared.core.embedded.servers import servers_of
from apps.shared.core.supervisor import preparation
from apps.shared.core.supervisor.errors import StartError
from apps.shared.core.supervisor.loop import Supervisor
from apps.shared.core.supervisor.programs import SITES, site_programs
from apps.shared.core.supervisor.readiness import Readiness
from apps.shared.core.supervisor.record import Record

READY_SECONDS = 180.0


class Command(BaseCommand):
    """Servers, migrations, first account, first ingest, then web, worker and beat of both sites."""

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
                if not alone:
                    raise StartError("Both sites run already from this folder: end that first.")
                self.run(code.resolve(), Record(state / "processes.json"), once=once)
        except StartError as error:
            raise CommandError(str(error)) from None

    def run(self, code: Path, record: Record, *, once: bool) -> None:
        """Prepare, serve, and tell where."""
        if ended := record.end_leftovers():
            self.stdout.write(f"Ended {ended} processes that an earlier start had left.")
        preparation.start_servers(settings.ENVIRONMENT, servers_of(settings.STATE_DIR))
        self.stdout.write("Migrating both databases.")
        preparation.migrate()
        password = preparation.create_admin()
        failed = preparation.ingest(code)
        ports = {site.name: port_near(site.port) for site in SITES}
        programs = [p for site in SITES for p in site_programs(site, ports[site.name])]
        stop = threading.Event()
        _stop_on_signals(stop)
        watch = Watch(self, ports, password, stop, once=once)
        Supervisor(programs, record=record, show=self.show).run(watch.finished)
        if once and (failed or not watch.ready):
            raise StartError("The ingest failed." if failed else watch.missing())

    def show(self, name: str, line: str) -> None:
        """One line of a child."""
        self.stdout.write(f"{name:<20} | {line}")


class Watch:
    """Waits for everything to answer, tells the user where it is, and says when to stop."""

    def __init__(
        self,
        command: BaseCommand,
        ports: dict[str, int],
        password: str,
        stop: threading.Event,
        *,
        once: bool,
    ) -> None:
        self.command, self.ports, self.password = command, ports, password
        self.stop, self.once = stop, once
        self.readiness = Readiness(ports)
        self.ready = False
        self.deadline = time.monotonic() + READY_SECONDS

    def finished(self) -> bool:
        """Whether the supervisor shall end everything."""
        if self.stop.is_set():
            return True
        if not self.ready and self.readiness.everything_answers():
            self.ready = True
            self.tell()
        return self.once and (self.ready or time.monotonic() > self.deadline)

    def missing(self) -> str:
        """What never answered."""
        return (
            f"No answer within {READY_SECONDS:.0f} s: {', '.join(sorted(self.readiness.waiting))}."
        )

    def tell(self) -> None:
        """Addresses, and the password when the account is new."""
        write = self.command.stdout.write
        for site, port in self.ports.items():
            write(f"{site.capitalize()}: http://127.0.0.1:{port}/")
        if self.password:
            write(f"Account of both sites: admin, password {self.password} (shown only now)")
        if not self.once:
            write("Ctrl-C ends everything.")


def _stop_on_signals(stop: threading.Event) -> None:
    def handler(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)
