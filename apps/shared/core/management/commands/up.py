"""Start instances and Centralcloud on this machine and keep them running."""

import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.shared.core.embedded.locks import only_one
from apps.shared.core.embedded.servers import servers_of
from apps.shared.core.ports import port_near
from apps.shared.core.supervisor import preparation
from apps.shared.core.supervisor.codebases import codebases_of
from apps.shared.core.supervisor.errors import StartError
from apps.shared.core.supervisor.exchange import exchange
from apps.shared.core.supervisor.loop import Supervisor
from apps.shared.core.supervisor.programs import Site, Sites, sites_of, sites_programs
from apps.shared.core.supervisor.record import Record
from apps.shared.core.supervisor.watch import Watch


class Command(BaseCommand):
    """Servers, migrations, accounts, keys, what the code says; then everything that serves."""

    help = "Start the sites with everything they need; Ctrl-C ends all of it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Say which code bases to read, by how many instances, and whether to stay."""
        parser.add_argument(
            "--code", default="", help="the folder to read; a:b:c for several instances"
        )
        parser.add_argument("--instances", type=int, default=1, choices=range(1, 10))
        parser.add_argument("--once", action="store_true", help="exit when everything answers")

    def handle(self, *, code: str, instances: int, once: bool, **options: Any) -> None:
        """Run until Ctrl-C or SIGTERM, or with --once until everything has answered."""
        state = Path(settings.STATE_DIR)
        sites = sites_of(settings.ENVIRONMENT, instances=instances)
        try:
            codebases = codebases_of(code, instances=instances)
            preparation.check(settings.ENVIRONMENT, sites)
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
            with only_one(state / "up.lock") as alone:
                if alone:
                    self.run(sites, codebases, Record(state / "processes.json"), once=once)
        except StartError as error:
            raise CommandError(str(error)) from None
        if not alone:
            raise CommandError(f"The sites run already from {state}: end that start first.")

    def run(self, sites: Sites, codebases: Sequence[Path], record: Record, *, once: bool) -> None:
        """Prepare, serve, and tell where."""
        if ended := record.end_leftovers():
            self.stdout.write(f"Ended {ended} processes that an earlier start had left.")
        self.prepare(sites)
        alone = len(sites.instances) == 1
        failed, learned = self.learn(sites, codebases, vectors="now" if once and alone else "later")
        watch = self.serve(sites, record, learned, once=once)
        if once and (failed or not watch.ready):
            raise StartError(
                "Learning a code base failed, see above." if failed else watch.missing()
            )

    def prepare(self, sites: Sites) -> None:
        """Servers, databases, accounts, keys."""
        preparation.start_servers(settings.ENVIRONMENT, servers_of(settings.STATE_DIR), sites)
        self.stdout.write("Migrating the databases.")
        preparation.migrate(sites)
        if password := preparation.create_admin(sites):
            self.stdout.write(f"Account of all sites: admin, password {password} (shown once)")
        preparation.enrol(settings.ENVIRONMENT, sites)

    def learn(
        self, sites: Sites, codebases: Sequence[Path], *, vectors: str
    ) -> tuple[bool, list[str]]:
        """Each instance learns, then they tell each other; whether it failed, and the texts."""
        learned: dict[Site, str] = {}
        failed = False
        for site, code in zip(sites.instances, codebases, strict=True):
            status = preparation.ingest(site, code, vectors=vectors)
            if not status:
                status, learned[site] = preparation.learn(site)
            failed = failed or bool(status)
        if len(sites.instances) == 1:
            return failed, list(learned.values())
        titled = [
            _titled(f"{site.title} learned alone, from {code.name}", learned.get(site, ""))
            for site, code in zip(sites.instances, codebases, strict=True)
        ]
        if settings.ENVIRONMENT.nats_mode == "isolated":
            return failed, titled
        self.stdout.write("The instances tell each other what they learned.")
        told = exchange(sites)
        return failed, [
            *titled,
            *(_titled(f"{s.title} was told", text) for s, text in told.items()),
        ]

    def serve(self, sites: Sites, record: Record, learned: Sequence[str], *, once: bool) -> Watch:
        """Keep the programs of all sites running until it is time to stop.

        ``learned`` is shown when everything answers.
        """
        ports = {site: port_near(site.port) for site in sites.all}
        nats = settings.ENVIRONMENT.nats_mode != "isolated"
        programs = sites_programs(sites.all, list(ports.values()), nats=nats)
        stop = threading.Event()
        _stop_on_signals(stop)
        watch = Watch(ports, stop, self.stdout.write, learned=learned, once=once)
        Supervisor(programs, record=record, show=self.show).run(watch.finished)
        return watch

    def show(self, name: str, line: str) -> None:
        """One line of a child."""
        self.stdout.write(f"{name:<20} | {line}")


def _titled(title: str, text: str) -> str:
    return f"\n{title}\n{'=' * len(title)}\n{text}"


def _stop_on_signals(stop: threading.Event) -> None:
    def handler(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)
