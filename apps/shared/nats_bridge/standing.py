"""How far a durable consumer is."""

from __future__ import annotations

from dataclasses import dataclass

from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeout
from nats.js.errors import NotFoundError

ASK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """``unsettled`` messages are not acknowledged, whether they were handed out or not.

    Who was handed one has ``ack_seconds`` to acknowledge it; then it comes again.
    """

    unsettled: int
    ack_seconds: float


async def consumer_standing(
    client: Client, *, stream: str, consumer: str, asks: int = 1
) -> Standing | None:
    """None where there is no such consumer, and where there was no answer to so many ``asks``.

    A slow server is silent, and so is one that does not let this site ask. Raises nats' Error.
    """
    jetstream = client.jetstream(timeout=ASK_SECONDS)
    for _ in range(asks):
        try:
            info = await jetstream.consumer_info(stream, consumer)
        except NotFoundError:
            return None
        except NatsTimeout:
            continue
        unsettled = (info.num_pending or 0) + (info.num_ack_pending or 0)
        return Standing(unsettled, info.config.ack_wait or 0.0)
    return None
