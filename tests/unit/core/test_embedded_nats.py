"""The embedded nats-server's users: open until there are some, then only for them."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig

from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.nats import Nats
from apps.shared.core.embedded.servers import EmbeddedServers
from tests.common.nats import nats_server

STREAM = "INTELLIGENCE"
USERS = 'authorization {{ users: [ {{ user: somebody, password: "{}" }} ] }}\n'


def lets_in(url: str, **login: Any) -> bool:
    async def connect() -> None:
        client = Client()
        try:
            await client.connect(url, allow_reconnect=False, max_reconnect_attempts=1, **login)
        finally:
            await client.close()

    try:
        asyncio.run(connect())
    except NatsError:
        return False
    return True


def test_a_first_start_is_open_and_users_close_it_without_a_restart(state: Path) -> None:
    nats = EmbeddedServers(state).nats
    nats.layout.make()
    nats.ensure()
    process = nats.process()
    assert lets_in(nats.url)
    nats.write_users(USERS.format("secret"))
    assert not lets_in(nats.url)
    assert lets_in(nats.url, user="somebody", password="secret")
    assert nats.process() == process
    assert nats.running()
    nats.write_users(USERS.format("another"))
    assert not lets_in(nats.url, user="somebody", password="secret")


def test_users_that_were_written_before_the_start_are_there_from_the_start(state: Path) -> None:
    nats = EmbeddedServers(state).nats
    nats.write_users(USERS.format("secret"))
    assert nats.process() is None
    nats.ensure()
    assert not lets_in(nats.url)
    assert lets_in(nats.url, user="somebody", password="secret")


def test_users_that_make_no_sense_are_refused_with_the_reason_and_the_old_ones_stay(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.shared.core.embedded.nats.RELOAD_SECONDS", 1.0)
    nats = EmbeddedServers(state).nats
    nats.write_users(USERS.format("secret"))
    nats.ensure()
    with pytest.raises(EmbeddedServerError, match=r"does not take its users: .*frobnicate"):
        nats.write_users("authorization { frobnicate: 1 }")
    assert lets_in(nats.url, user="somebody", password="secret")


def test_a_server_that_is_busy_for_a_moment_is_not_believed_to_have_obeyed(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first answer does not come: when it last read its configuration is not known yet."""
    monkeypatch.setattr("apps.shared.core.embedded.nats.RELOAD_SECONDS", 1.0)
    nats = EmbeddedServers(state).nats
    nats.write_users(USERS.format("secret"))
    nats.ensure()
    ask, asked = Nats._ask, list[str]()

    def busy(self: Nats, page: str) -> bytes:
        asked.append(page)
        if len(asked) == 1:
            raise TimeoutError
        return ask(self, page)

    monkeypatch.setattr(Nats, "_ask", busy)
    with pytest.raises(EmbeddedServerError, match="does not take its users"):
        nats.write_users("authorization { frobnicate: 1 }")


def test_only_their_owner_reads_the_users(state: Path) -> None:
    nats = EmbeddedServers(state).nats
    nats.write_users(USERS.format("secret"))
    assert stat.S_IMODE(nats.users_file.stat().st_mode) == 0o600
    assert [path.name for path in nats.users_file.parent.iterdir()] == ["users.conf"]


def test_the_server_of_another_state_folder_is_not_touched(state: Path, tmp_path: Path) -> None:
    ours, other = EmbeddedServers(state).nats, EmbeddedServers(tmp_path).nats
    ours.layout.make()
    ours.ensure()
    other.write_users(USERS.format("secret"))
    assert lets_in(ours.url)
    assert other.process() is None


def test_streams_from_before_there_were_accounts_are_there_and_stay(
    state: Path, tmp_path: Path
) -> None:
    nats = EmbeddedServers(state).nats
    nats.layout.make()
    data = nats.layout.data(nats.name)
    data.mkdir()
    with nats_server(tmp_path, f'jetstream {{ store_dir: "{data}" }}') as url:
        asyncio.run(tell(url, b"before"))
    nats.ensure()
    assert asyncio.run(told(nats.url)) == [b"before"]
    asyncio.run(tell(nats.url, b"after"))
    nats.stop()
    nats.ensure()
    assert asyncio.run(told(nats.url)) == [b"before", b"after"]


async def tell(url: str, text: bytes) -> None:
    client = Client()
    await client.connect(url)
    streams = client.jetstream()
    await streams.add_stream(StreamConfig(name=STREAM, subjects=["facts"]))
    await streams.publish("facts", text)
    await client.close()


async def told(url: str) -> list[bytes | None]:
    client = Client()
    await client.connect(url)
    streams = client.jetstream()
    last = (await streams.stream_info(STREAM)).state.last_seq
    found = [(await streams.get_msg(STREAM, number + 1)).data for number in range(last)]
    await client.close()
    return found
