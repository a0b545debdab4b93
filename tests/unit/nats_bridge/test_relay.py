"""From an outbox row through JetStream into a handler."""

from __future__ import annotations

import asyncio

from apps.shared.nats_bridge.models import InboxMessage, OutboxMessage
from apps.shared.nats_bridge.services import outbox_put
from tests.common.bridge import Site, ready, receive_all, report, send_all


def test_a_queued_message_reaches_its_handler_once(site: Site) -> None:
    for number in range(3):
        outbox_put(payload=report(number), order_key="a")

    async def scenario() -> None:
        async with ready(site) as client:
            assert await send_all(client, site) == 3
            assert await receive_all(client, site) == 3
            assert await receive_all(client, site) == 0

    asyncio.run(scenario())
    assert site.came == [0, 1, 2]
    assert site.batches == [3]
    assert OutboxMessage.objects.filter(sent_at=None).count() == 0
    assert InboxMessage.objects.count() == 3
