"""Centralcloud as a NATS service: it answers verified questions, a bounded number at a time.

Whoever asks names the subject of the reply, and it is Centralcloud, which may publish anywhere,
who publishes it: a question with the reply ``$JS.API.STREAM.PURGE.<stream>`` would have it empty
a stream. Instances ask from accounts of their own, which the reply cannot leave; where a server
has no accounts, nothing is ever sent anywhere but to an inbox, and an answer to the asker's own.

Source of the service protocol: NATS ADR-32 (service API); ``nats micro ls`` finds it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog
from nats.aio.client import Client
from nats.errors import ConnectionClosedError
from nats.micro import add_service
from nats.micro.request import Request

from apps.shared.contracts.subjects import SERVICE, message_of
from apps.shared.core.version import VERSION
from apps.shared.nats_bridge.database import DatabaseThreads
from apps.shared.nats_bridge.names import INBOX, MAPPED
from apps.shared.nats_bridge.relay import Sender
from apps.shared.nats_bridge.services.answering import (
    QUESTION_SECONDS,
    Question,
    QuestionRefused,
    question_answer,
)
from apps.shared.nats_bridge.wiring import Wiring

log = structlog.get_logger(__name__)

THREADS = 4
AT_A_TIME = 32
"""Questions being answered or waiting for a thread; more are turned away."""
GRACE_SECONDS = 1.0


class QueryService:
    """The service ``centralcloud`` over one connection."""

    def __init__(
        self, client: Client, sender: Sender, wiring: Wiring, database: DatabaseThreads
    ) -> None:
        self._client, self._sender = client, sender
        self._wiring, self._database = wiring, database
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Answer until cancelled."""
        service = await add_service(
            self._client,
            name=SERVICE,
            version=VERSION,
            description="What the fleet knows",
        )
        for subject in sorted(self._wiring.questions):
            message = message_of(subject)
            await service.add_endpoint(
                name=subject.replace(".", "_"),
                subject=subject,
                handler=self._take,
                metadata={"carries": message.carries if message else ""},
            )
        try:
            await asyncio.Event().wait()
        finally:
            with suppress(ConnectionClosedError):
                await service.stop()

    async def _take(self, request: Request) -> None:
        """Start on it at once: the service hands over one request of an endpoint after another."""
        if not _reply(request).startswith((INBOX, MAPPED)):
            log.warning("question.reply_refused", reply=_reply(request)[:100])
        elif len(self._running) >= AT_A_TIME:
            await request.respond_error("503", "too many questions at a time: ask again later")
        else:
            task = asyncio.create_task(self._answer(request))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _answer(self, request: Request) -> None:
        question = Question(request.subject, request.headers or {}, request.data, _reply(request))
        work = self._database.run(
            question_answer, question=question, wiring=self._wiring, key=self._sender.key
        )
        try:
            headers, data = await asyncio.wait_for(work, QUESTION_SECONDS + GRACE_SECONDS)
        except QuestionRefused as error:
            await request.respond_error(error.code, str(error))
        except TimeoutError:
            await request.respond_error("504", f"no answer within {QUESTION_SECONDS:g} s")
        else:
            await request.respond(data, headers=headers)


def _reply(request: Request) -> str:
    return str(request._msg.reply)  # noqa: SLF001  nats.micro shows it nowhere else
