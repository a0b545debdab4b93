"""Answer a question that came in, or say why not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from apps.shared.contracts.answers import answer_encode
from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import event_decode, payload_of
from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.subjects import source_instance
from apps.shared.nats_bridge.database import database_gone
from apps.shared.nats_bridge.names import MAPPED, inbox_prefix
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)

QUESTION_SECONDS = 5.0
_FORBIDDEN = frozenset({Reason.UNKNOWN_SENDER, Reason.REVOKED, Reason.FORGED, Reason.NOT_ALLOWED})


class QuestionRefused(Exception):
    """No answer; ``code`` is that of an HTTP status, as NATS services use them.

    What answers a question raises it where the question is wrong; its text is for the asker.
    """

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = str(code)


@dataclass(frozen=True, slots=True)
class Question:
    """A request as it came, and the subject that its answer goes to."""

    subject: str
    headers: Mapping[str, str]
    data: bytes
    reply: str


def question_answer(
    *, question: Question, wiring: Wiring, key: NKey
) -> tuple[dict[str, str], bytes]:
    """Headers and data of the answer. Raises QuestionRefused."""
    try:
        return _answer(question, wiring, key)
    except MessageRefused as error:
        raise QuestionRefused(_code(error.reason), str(error)) from None
    except QuestionRefused:
        raise
    except OperationalError as error:
        if database_gone(error):
            raise QuestionRefused(503, "the database is away: ask again later") from error
        raise QuestionRefused(504, f"no answer within {QUESTION_SECONDS:g} s") from error
    except Exception as error:
        log.exception("question.failed", subject=question.subject)
        raise QuestionRefused(500, "the question failed: see Centralcloud's log") from error


def _answer(question: Question, wiring: Wiring, key: NKey) -> tuple[dict[str, str], bytes]:
    event = event_decode(
        subject=question.subject,
        headers=question.headers,
        data=question.data,
        keys_of=partial(wiring.senders, stored_at=timezone.now()),
    )
    instance = source_instance(event.source)
    if not question.reply.startswith((MAPPED, f"{inbox_prefix(instance)}.")):
        raise MessageRefused(Reason.NOT_ALLOWED, "the answer would not go to the asker's inbox")
    query = payload_of(event)
    ask = wiring.questions.get(event.subject)
    if ask is None:
        raise MessageRefused(Reason.UNKNOWN_SUBJECT, event.subject)
    with transaction.atomic(), connection.cursor() as cursor:
        milliseconds = str(round(QUESTION_SECONDS * 1000))
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [milliseconds])
        answer = ask(query, instance=instance)
    return answer_encode(answer, question=event, key=key)


def _code(reason: Reason) -> int:
    if reason in _FORBIDDEN:
        return 403
    return 413 if reason == Reason.TOO_LARGE else 400
