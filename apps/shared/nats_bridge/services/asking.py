"""Ask Centralcloud, for commands and tasks."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.utils import timezone
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeout
from nats.micro.request import ERROR_CODE_HEADER, ERROR_HEADER

from apps.shared.contracts.answers import answer_decode
from apps.shared.contracts.errors import MessageRefused
from apps.shared.contracts.event import Event, event_encode, event_of
from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.payloads.base import Payload
from apps.shared.contracts.subjects import message_for
from apps.shared.nats_bridge.connection import NoConnection, connected
from apps.shared.nats_bridge.selectors import queueing
from apps.shared.nats_bridge.wiring import site_wiring

TIMEOUT_SECONDS = 10.0
PAUSES_SECONDS = (0.05, 0.15, 0.3)
"""Before asking again where nobody answers: for some milliseconds after it read its configuration
anew, as at each enrolment, nats-server does not know who answers from another account."""

WRONG = "400"
"""The code of a question that is wrong."""


class NoAnswer(Exception):
    """Centralcloud was not reached or gives no answer; the text is one line for people.

    ``code`` is the service's, an HTTP status as text; empty where none answered.
    """

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code

    @property
    def mistaken(self) -> bool:
        """Whether the question itself is wrong, so that no other answer serves in its place."""
        return self.code == WRONG


def ask(query: Payload, *, timeout: float = TIMEOUT_SECONDS) -> Payload:
    """The answer to a question of the message table, verified; ``timeout`` is in seconds.

    Opens a connection for the one question. Not for code that runs in an event loop.

    Raises:
        NoAnswer: with the reason.
    """
    key = settings.IDENTITY.key
    if not queueing() or key is None:
        raise NoAnswer("This instance is isolated or not enrolled: there is nobody to ask.")
    event = event_of(
        query, subject=message_for(type(query)).subject, source=settings.IDENTITY.source
    )
    try:
        reply = asyncio.run(_request(event, key, timeout))
    except NoConnection as error:
        raise NoAnswer(f"NATS is not reached: {error}") from None
    except NoRespondersError:
        raise NoAnswer("Centralcloud does not answer questions now: its bridge is away.") from None
    except (NatsTimeout, TimeoutError):
        raise NoAnswer(f"Centralcloud gave no answer within {timeout:g} s.") from None
    except (NatsError, MessageRefused) as error:
        raise NoAnswer(f"The question could not be asked: {error}") from None
    return _answer(event, reply)


async def _request(event: Event, key: NKey, timeout: float) -> Msg:  # noqa: ASYNC109  nats' own
    headers = event_encode(event, key)
    async with connected(key=key) as client:
        request = partial(client.request, event.subject, event.data, timeout, headers=headers)
        for pause in PAUSES_SECONDS:
            with suppress(NoRespondersError):
                return await request()
            await asyncio.sleep(pause)
        return await request()


def _answer(event: Event, reply: Msg) -> Payload:
    headers = reply.headers or {}
    if problem := headers.get(ERROR_HEADER):
        code = headers.get(ERROR_CODE_HEADER, "")
        raise NoAnswer(f"Centralcloud refuses the question ({code}): {problem}", code)
    keys_of = partial(site_wiring().senders, stored_at=timezone.now())
    try:
        return answer_decode(question=event, headers=headers, data=reply.data, keys_of=keys_of)
    except MessageRefused as error:
        raise NoAnswer(f"The answer is not Centralcloud's: {error}") from None
