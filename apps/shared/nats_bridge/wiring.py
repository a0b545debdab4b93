"""What the site's wiring says of its messages, with the dotted paths resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.nats_bridge.received import (
    Audiences,
    Beat,
    Handler,
    Preparation,
    Question,
    SenderKeys,
)


@dataclass(frozen=True, slots=True)
class Wiring:
    """Who handles which subject, who may send, what beats, who listens, who answers.

    ``audiences`` is set on Centralcloud only: who has it owns streams and consumers.
    """

    handlers: Mapping[str, Handler[Any]]
    senders: SenderKeys
    heartbeat: Beat | None = None
    audiences: Audiences | None = None
    questions: Mapping[str, Question] = field(default_factory=dict)
    before_sending: Preparation | None = None


def _nobody(source: str, *, stored_at: datetime) -> Sequence[str]:
    """A site that knows no sender believes none."""
    raise MessageRefused(Reason.UNKNOWN_SENDER, source[:100])


def site_wiring() -> Wiring:
    """The tables of ``settings.SITE_WIRING``."""
    tables = import_module(settings.SITE_WIRING)
    return Wiring(
        handlers={subject: import_string(path) for subject, path in tables.HANDLERS.items()},
        senders=import_string(tables.SENDERS) if tables.SENDERS else _nobody,
        heartbeat=import_string(tables.HEARTBEAT) if tables.HEARTBEAT else None,
        audiences=import_string(tables.AUDIENCES) if tables.AUDIENCES else None,
        questions={subject: import_string(path) for subject, path in tables.QUERIES.items()},
        before_sending=import_string(tables.BEFORE_SENDING) if tables.BEFORE_SENDING else None,
    )
