"""The connection to NATS, with this site's NKey.

A connection is used until it is lost and never mended: whoever holds one ends with it and asks
for a new one. So nothing of an old one lingers (a pull, a buffered message), the address of an
embedded server is looked up again, and so is a key that was rotated meanwhile.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from django.conf import settings
from nats.aio.client import Client
from nats.errors import Error as NatsError

from apps.shared.contracts.nkeys import NKey
from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.servers import servers_of
from apps.shared.nats_bridge.names import inbox_prefix

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 5
PING_SECONDS = 10
OUTSTANDING_PINGS = 2
PENDING_BYTES = 4 * 1024 * 1024
"""What the client gathers before it waits for the socket."""


class NoConnection(Exception):
    """NATS cannot be reached, or does not let this site in; the text is one line for people."""


class NKeyClient(Client):
    """A client that proves who it is with an NKey.

    nats-py does so with the package ``nkeys`` only. What it sends is the public key and the
    nonce's signature in URL-safe base64 without padding (NATS client protocol, CONNECT).
    """

    def __init__(self, key: NKey) -> None:
        super().__init__()
        self._public_nkey = key.public
        self._key = key

    def sign_nonce(self, nonce: str) -> bytes:
        """The signature of a server's nonce."""
        return base64.urlsafe_b64encode(self._key.sign(nonce.encode())).rstrip(b"=")

    async def _process_headers(self, headers: bytes) -> dict[str, str] | None:
        """Headers that cannot be read are none: what a stream holds must not end a connection."""
        try:
            return await super()._process_headers(headers)
        except (IndexError, UnicodeDecodeError):
            return None


def server_urls() -> list[str]:
    """The configured servers, or the embedded one, started if need be.

    Raises EmbeddedServerError. Blocks while a server starts.
    """
    urls = list(settings.ENVIRONMENT.nats_urls)
    return urls or [servers_of(settings.STATE_DIR).ensure_nats()]


@asynccontextmanager
async def connected(*, key: NKey, lost: asyncio.Event | None = None) -> AsyncIterator[Client]:
    """A connection; ``lost`` is set when it ends.

    Raises:
        NoConnection: nobody answers, or the key is refused.
    """
    client = NKeyClient(key)

    async def closed() -> None:
        if lost is not None:
            lost.set()

    try:
        urls = await asyncio.to_thread(server_urls)
        await client.connect(urls, closed_cb=closed, **_options(client))
    except (NatsError, OSError, EmbeddedServerError, TimeoutError) as error:
        await client.close()
        raise NoConnection(_line(error)) from None
    try:
        yield client
    finally:
        await client.close()


def _options(client: NKeyClient) -> dict[str, Any]:
    return {
        "name": f"{settings.IDENTITY.name} bridge",
        "inbox_prefix": inbox_prefix(settings.IDENTITY.name),
        "signature_cb": client.sign_nonce,
        "error_cb": _log_error,
        "allow_reconnect": False,
        "max_reconnect_attempts": 1,
        "reconnect_time_wait": 0.1,
        "connect_timeout": CONNECT_SECONDS,
        "ping_interval": PING_SECONDS,
        "max_outstanding_pings": OUTSTANDING_PINGS,
        "pending_size": PENDING_BYTES,
        "drain_timeout": CONNECT_SECONDS,
    }


async def _log_error(error: Exception) -> None:
    log.debug("nats.error", error=_line(error))


def _line(error: BaseException) -> str:
    return str(error).strip() or type(error).__name__
