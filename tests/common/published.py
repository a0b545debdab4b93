"""What an instance has queued, as others will know it: the receiver's rules applied."""

from __future__ import annotations

from typing import Any

from apps.shared.contracts.payloads.base import CodebaseState, Payload
from apps.shared.contracts.signatures import signature_of
from apps.shared.contracts.subjects import message_of
from apps.shared.nats_bridge.models import OutboxMessage
from tests.common.factories.patterns import PatternFactory

_KEYS = {"signature", "key", "purl"}
_LISTS = ("patterns", "frameworks", "packages")


def queued(*, subject: str = "") -> list[OutboxMessage]:
    """The rows of the outbox in order, of subjects with this word."""
    rows = OutboxMessage.objects.filter(instance="alpha").order_by("id")
    return [row for row in rows if subject in row.subject]


def payload_of(row: OutboxMessage) -> Payload:
    """The payload of a row, checked by the contract."""
    message = message_of(row.subject)
    assert message
    return message.payload.model_validate_json(bytes(row.data))


def known(rows: list[OutboxMessage]) -> dict[tuple[str, str, str], Any]:
    """What holds after these messages, by subject, code base and key.

    Of each key the highest revision wins, present before withdrawn; under the floor nothing holds.
    """
    facts: dict[tuple[str, str, str], tuple[int, Any]] = {}
    floors: dict[tuple[str, str], int] = {}
    for row in rows:
        payload = payload_of(row)
        if not isinstance(payload, CodebaseState):
            continue
        place = row.subject, payload.codebase
        floors[place] = max(floors.get(place, 0), payload.floor)
        for key in getattr(payload, "withdrawn", ()):
            if facts.get((*place, key), (-1, None))[0] < payload.revision:
                facts[*place, key] = payload.revision, None
        for name in _LISTS:
            for fact in getattr(payload, name, ()):
                key = next(getattr(fact, one) for one in _KEYS if hasattr(fact, one))
                if facts.get((*place, key), (-1, None))[0] <= payload.revision:
                    facts[*place, key] = payload.revision, fact
    return {
        place: fact
        for place, (revision, fact) in facts.items()
        if fact is not None and revision >= floors[place[:2]]
    }


def usage_pattern(codebase: Any, number: int, **fields: Any) -> Any:
    """A stored pattern about the standard library that may leave, another for each number."""
    calls = ["json.load", f"os.path.join{number}"]
    template = " + ".join(calls)
    return PatternFactory(
        codebase=codebase,
        kind="api_set",
        template=template,
        signature=signature_of("api_set", "python", template),
        details={"calls": calls},
        confidence=None,
        **fields,
    )
