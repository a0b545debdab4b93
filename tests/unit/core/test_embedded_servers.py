"""Embedded servers are shared, survive kill -9, and end with their last user."""

import os
import shutil
import socket
from pathlib import Path

import psycopg
import pytest

from apps.shared.core.embedded.errors import EmbeddedServerError
from apps.shared.core.embedded.layout import SOCKET_PATH_BYTES, Layout
from apps.shared.core.embedded.nats import CLIENT_PORT, Nats
from apps.shared.core.embedded.servers import EmbeddedServers
from tests.common.processes import ServerUser, eventually


def pid_of(state: Path, name: str) -> int | None:
    process = getattr(EmbeddedServers(state), name).process()
    return None if process is None else process.pid


def test_two_processes_share_and_the_last_one_stops(state: Path) -> None:
    with ServerUser(state, "postgresql") as first, ServerUser(state, "postgresql") as second:
        first.ready()
        pid = pid_of(state, "postgresql")
        second.ready()
        assert pid_of(state, "postgresql") == pid
        first.leave()
        assert pid_of(state, "postgresql") == pid
        second.leave()
        assert pid_of(state, "postgresql") is None


def test_servers_outlive_a_killed_user_and_the_next_one_finds_and_stops_them(state: Path) -> None:
    with ServerUser(state, "postgresql", "valkey", "nats") as killed:
        killed.ready().kill()
    pids = {name: pid_of(state, name) for name in ("postgresql", "valkey", "nats")}
    assert None not in pids.values()
    with ServerUser(state, "postgresql", "valkey", "nats") as user:
        user.ready()
        assert {name: pid_of(state, name) for name in pids} == pids
        user.leave()
    assert {pid_of(state, name) for name in pids} == {None}


def test_a_killed_postgresql_recovers_what_was_committed(state: Path) -> None:
    servers = EmbeddedServers(state)
    with ServerUser(state, "postgresql") as user:
        user.ready()
        with servers.postgresql.connect("singularity") as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        process = servers.postgresql.process()
        assert process is not None
        process.kill()
        assert eventually(lambda: not process.is_running() or process.status() == "zombie")
        with ServerUser(state, "postgresql") as other:  # while the zombie's parent lives
            other.ready()
            with servers.postgresql.connect("singularity") as connection:
                assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_a_server_that_dies_is_started_again_for_the_next_connection(state: Path) -> None:
    servers = EmbeddedServers(state)
    servers.ensure_valkey()
    first = servers.valkey.process()
    assert first is not None
    first.kill()
    assert eventually(lambda: servers.valkey.process() is None)
    servers.ensure_valkey()
    assert servers.valkey.answers()
    servers.release()
    assert servers.valkey.process() is None


def test_a_pid_file_that_names_another_program_is_cleaned_up(state: Path) -> None:
    with ServerUser(state, "postgresql", "valkey") as user:
        user.ready().leave()
    for server in ("postgresql", "valkey"):
        path = getattr(EmbeddedServers(state), server).pid_file
        path.write_text(f"{os.getpid()}\n")
    with ServerUser(state, "postgresql", "valkey") as user:
        user.ready()
        assert pid_of(state, "postgresql") not in (None, os.getpid())


@pytest.mark.parametrize("content", ["", "not a number\n", "999999999\n"])
def test_a_broken_pid_file_is_no_process(state: Path, content: str) -> None:
    servers = EmbeddedServers(state)
    servers.layout.data("valkey").mkdir()
    servers.valkey.pid_file.write_text(content)
    assert servers.valkey.process() is None


def test_a_half_made_cluster_is_made_anew(state: Path) -> None:
    data = Layout(state).data("postgresql")
    (data / "base").mkdir(parents=True)
    (data / "PG_VERSION").write_text("18\n")
    with ServerUser(state, "postgresql") as user:
        user.ready()
        assert EmbeddedServers(state).postgresql.answers()


def test_many_that_start_at_once_share_one_server(state: Path) -> None:
    users = [ServerUser(state, "postgresql", "valkey") for _ in range(4)]
    try:
        for user in users:
            user.ready()
        log = (state / "logs" / "postgresql.log").read_text()
        assert log.count("starting PostgreSQL") == 1
    finally:
        for user in users:
            user.kill()


def test_nats_takes_other_ports_when_its_own_are_taken(state: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", CLIENT_PORT))
            taken.listen()
        except OSError:
            pass  # somebody else has it already, which is the case that is tested
        with ServerUser(state, "nats") as user:
            user.ready()
            nats = Nats(Layout(state))
            assert nats.ports.client != CLIENT_PORT
            with socket.create_connection(("127.0.0.1", nats.ports.client), 5) as client:
                assert client.recv(5) == b"INFO "


def test_a_long_state_path_gets_a_short_socket_of_its_own(state: Path) -> None:
    deep = state / ("d" * 80) / ("e" * 40)
    deep.mkdir(parents=True)
    other = state / ("d" * 80) / ("f" * 40)
    folders = {Layout(path).sockets("postgresql") for path in (deep, other)}
    assert len(folders) == 2
    assert all(len(os.fsencode(f / ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES for f in folders)
    with ServerUser(deep, "postgresql", "valkey") as user:
        user.ready()
        assert EmbeddedServers(deep).postgresql.answers()
        user.leave()
    shutil.rmtree(Layout(deep).sockets("postgresql").parent)


def test_a_server_that_cannot_start_says_why_in_one_line(state: Path) -> None:
    servers = EmbeddedServers(state)
    servers.ensure_database("singularity")
    servers.release()
    (servers.layout.data("postgresql") / "global" / "pg_control").unlink()
    with pytest.raises(EmbeddedServerError) as caught:
        servers.ensure_database("singularity")
    assert "pg_control" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_only_the_owner_can_reach_the_sockets(state: Path) -> None:
    with ServerUser(state, "postgresql", "valkey") as user:
        user.ready()
        for name in ("postgresql", "valkey"):
            assert Layout(state).sockets(name).stat().st_mode & 0o077 == 0


def test_every_new_database_has_pgvector(state: Path) -> None:
    servers = EmbeddedServers(state)
    servers.ensure_database("singularity")
    with servers.postgresql.connect("postgres") as connection:
        connection.execute("CREATE DATABASE later")
    with servers.postgresql.connect("later") as connection:
        assert connection.execute("SELECT '[1]'::vector::text").fetchone() == ("[1]",)
    servers.release()
    with pytest.raises(psycopg.OperationalError):
        servers.postgresql.connect("later")
