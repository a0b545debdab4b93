"""`manage.py dead_letters`: messages that were set aside; replay them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from apps.shared.access.commands import RecordedCommand
from apps.shared.contracts.errors import Reason
from apps.shared.nats_bridge.models import DeadLetter
from apps.shared.nats_bridge.selectors import dead_letters
from apps.shared.nats_bridge.services.replaying import Replayed, dead_letter_replay
from apps.shared.nats_bridge.wiring import site_wiring

SHOWN = 50
UNKNOWN = "There is no such dead letter: list them without --replay."


class Command(RecordedCommand):
    """List, or replay."""

    help = (
        "List messages that were set aside, newest first, or replay them: each is verified and "
        "applied again from its stored bytes."
    )
    noted = ("replay", "reason")

    def recorded(self, options: dict[str, Any]) -> str:
        """To list is no action."""
        return "" if options["replay"] is None else "dead_letter.replay"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ones, and what to do with them."""
        parser.add_argument(
            "--replay", nargs="*", type=int, metavar="ID", help="these, or all that are chosen"
        )
        parser.add_argument("--reason", default="", choices=["", *Reason], metavar="REASON")
        parser.add_argument("--limit", type=int, default=SHOWN, help="list at most so many")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Parse, call the service, report."""
        rows = dead_letters(reason=options["reason"])
        if options["replay"] is None:
            self._list(list(rows[: options["limit"]]), as_json=options["json"])
            return
        ids = options["replay"] or list(rows.order_by("id").values_list("id", flat=True))
        self._replay(ids, as_json=options["json"])

    def _list(self, rows: list[DeadLetter], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps([_json(row) for row in rows]))
            return
        if not rows:
            self.stdout.write("No dead letters.")
        for row in rows:
            sender = row.source or "nobody known"
            self.stdout.write(f"#{row.pk} {row.subject} from {sender}: {row.reason}: {row.detail}")

    def _replay(self, ids: list[int], *, as_json: bool) -> None:
        wiring = site_wiring()
        try:
            replayed = [dead_letter_replay(letter_id=one, wiring=wiring) for one in ids]
        except DeadLetter.DoesNotExist:
            raise CommandError(
                "There is no such dead letter: list them without --replay."
            ) from None
        if as_json:
            self.stdout.write(json.dumps([_replayed_json(one) for one in replayed]))
        else:
            self._report(replayed)

    def _report(self, replayed: list[Replayed]) -> None:
        for one in replayed:
            self.stdout.write(f"#{one.id} {f'stays: {one.problem}' if one.problem else 'applied'}")
        applied = sum(not one.problem for one in replayed)
        self.stdout.write(f"{applied:,} of {len(replayed):,} applied.")


def _json(row: DeadLetter) -> dict[str, Any]:
    return {
        "id": row.pk,
        "subject": row.subject,
        "source": row.source,
        "event_id": row.event_id,
        "reason": row.reason,
        "detail": row.detail,
        "size": row.size,
        "attempts": row.attempts,
        "stored_at": row.stored_at.isoformat(),
        "set_aside_at": row.set_aside_at.isoformat(),
    }


def _replayed_json(one: Replayed) -> dict[str, Any]:
    return {"id": one.id, "applied": not one.problem, "problem": one.problem}
