"""Streams, consumers and the bucket are there, and are changed to what they should be."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from nats.js.api import DiscardPolicy
from nats.js.errors import APIError

from apps.shared.contracts.event import LARGEST_MESSAGE
from apps.shared.contracts.nkeys import NKey
from apps.shared.contracts.subjects import MODELS_STORE, SERVICE, instance_store
from apps.shared.nats_bridge.connection import connected
from apps.shared.nats_bridge.names import (
    chunk_subject,
    direct_subject,
    instance_publishes,
    instance_subscribes,
    object_subject,
    store_stream,
)
from apps.shared.nats_bridge.setup import audiences_ensure, streams_ensure
from apps.shared.nats_bridge.streams import MESSAGES_OF_AN_INSTANCE
from tests.common.bridge import REPORT, Site, ready

ALL = {"INTELLIGENCE", "INSIGHTS", "KNOWLEDGE", "KV_instances", "OBJ_models"}


def test_setting_up_twice_changes_nothing_and_repairs_what_was_changed(site: Site) -> None:
    async def scenario() -> None:
        async with ready(site) as client:
            jetstream = client.jetstream()
            before = [one.config for one in await jetstream.streams_info()]
            assert {one.name for one in before} == ALL
            await jetstream.update_stream(before[0].evolve(max_msgs=1))
            await audiences_ensure(client, ["one", "two"])
            await jetstream.publish("intelligence.insights.statistics", b"{}")
        async with ready(site) as client:
            await audiences_ensure(client, ["one", "two"])
            jetstream = client.jetstream()
            after = {one.config.name: one.config for one in await jetstream.streams_info()}
            assert after.keys() == ALL | {"OBJ_models-one", "OBJ_models-two"}
            assert [after[one.name] for one in before] == before
            info = await jetstream.consumer_info("INSIGHTS", "two")
            assert info.num_pending == 1  # the consumer was not made anew or lost its place
            await jetstream.publish("knowledge.cache.update.hot_packages", b"{}")
            await jetstream.publish("knowledge.cache.invalidate.hot_packages", b"{}")
            assert (await jetstream.consumer_info("KNOWLEDGE", "one")).num_pending == 2

    asyncio.run(scenario())


def test_facts_are_refused_when_there_is_no_room_and_state_replaces_itself(site: Site) -> None:
    async def scenario() -> None:
        async with ready(site) as client:
            jetstream = client.jetstream()
            facts = (await jetstream.stream_info("INTELLIGENCE")).config
            assert facts.discard == DiscardPolicy.NEW
            assert facts.allow_msg_ttl
            assert facts.duplicate_window == 600
            assert facts.max_msg_size is not None
            assert facts.max_msg_size > LARGEST_MESSAGE
            insights = (await jetstream.stream_info("INSIGHTS")).config
            assert insights.discard == DiscardPolicy.OLD

    asyncio.run(scenario())


def test_whoever_renews_its_own_key_cannot_purge_those_of_others(site: Site) -> None:
    async def scenario() -> None:
        async with ready(site) as client:
            jetstream = client.jetstream()
            await jetstream.publish("$KV.instances.two", b"here")
            with pytest.raises(APIError, match="rollup"):
                await jetstream.publish("$KV.instances.one", b"", headers={"Nats-Rollup": "all"})
            bucket = await jetstream.key_value("instances")
            assert (await bucket.get("two")).value == b"here"

    asyncio.run(scenario())


def test_a_store_takes_no_order_to_delete_and_keeps_what_it_has_when_it_is_full(
    site: Site,
) -> None:
    own = instance_store("one")

    async def scenario() -> None:
        async with ready(site) as client:
            await audiences_ensure(client, ["one"])
            jetstream = client.jetstream()
            for store in (MODELS_STORE, own):
                config = (await jetstream.stream_info(store_stream(store))).config
                assert config.discard == DiscardPolicy.NEW
                assert config.allow_direct
                await jetstream.publish(chunk_subject(store, "a"), b"bytes")
                for subject in (chunk_subject(store, "b"), object_subject(store, "b")):
                    for order in ("all", "sub"):
                        with pytest.raises(APIError, match="rollup"):
                            await jetstream.publish(subject, b"", headers={"Nats-Rollup": order})
                assert (await jetstream.stream_info(store_stream(store))).state.messages == 1
            limits = (await jetstream.stream_info(store_stream(own))).config
            assert limits.max_msgs == MESSAGES_OF_AN_INSTANCE
            await jetstream.update_stream(limits.evolve(max_msgs=1))
            with pytest.raises(APIError, match="maximum messages"):
                await jetstream.publish(chunk_subject(own, "a"), b"more")

    asyncio.run(scenario())


def test_an_instances_consumer_delivers_what_is_for_all_and_for_it_alone(site: Site) -> None:
    subject = "intelligence.insights.aggregated"

    async def scenario() -> None:
        async with connected(key=NKey.from_seed(site.seeds[SERVICE])) as client:
            await streams_ensure(client)
            await audiences_ensure(client, ["one", "two"])
            jetstream = client.jetstream()
            for name in ("", ".one", ".two", ".three"):
                await jetstream.publish(f"{subject}{name}", name.encode())
            pull = await jetstream.pull_subscribe_bind("one", "INSIGHTS")
            assert [one.data for one in await pull.fetch(9, timeout=2)] == [b"", b".one"]

    asyncio.run(scenario())


def test_what_an_instance_needs_on_nats_is_its_own() -> None:
    needed = instance_publishes("one") + instance_subscribes("one")
    assert REPORT in needed
    assert "$KV.instances.one" in needed
    assert not any(subject.startswith("intelligence.insights") for subject in needed)
    private: list[Any] = [one for one in needed if one.startswith(("$JS", "$KV", "_INBOX"))]
    common = direct_subject(MODELS_STORE)
    assert common in private
    of_one = (".one", "_one", "models-one")
    assert all(any(own in subject for own in of_one) for subject in private if subject != common)
    assert not any("CREATE" in subject or subject.endswith("API.>") for subject in needed)
