"""NKeys are those of NATS: the documented pair, and nats-server takes a login with ours."""

from __future__ import annotations

import base64
import json
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.shared.contracts.nkeys import NKey, NKeyError, public_check, seed_new, verified
from tests.common.nats import nats_server

# The pair of an example in NATS' documentation of NKey authentication.
SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
PUBLIC = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"
OPERATOR = "OA" + PUBLIC[2:]


def test_the_documented_seed_gives_the_documented_key() -> None:
    assert NKey.from_seed(SEED).public == PUBLIC
    assert public_check(PUBLIC) == PUBLIC


def test_a_new_seed_is_a_users() -> None:
    seed = seed_new()
    assert seed.startswith("SU")
    assert NKey.from_seed(seed).public.startswith("U")
    assert seed != seed_new()


def test_the_seed_does_not_show() -> None:
    assert SEED not in repr(NKey.from_seed(SEED))
    assert "SigningKey" not in repr(NKey.from_seed(SEED))


@pytest.mark.parametrize(
    "text",
    ["", "SU", SEED[:-1], SEED.lower(), SEED.replace("A", "B", 1), PUBLIC, "ü" * 58, SEED + "A"],
)
def test_what_is_no_seed_is_refused(text: str) -> None:
    with pytest.raises(NKeyError):
        NKey.from_seed(text)


@pytest.mark.parametrize("text", ["", PUBLIC[:-1], PUBLIC.lower(), SEED, OPERATOR, PUBLIC + "=="])
def test_what_is_no_users_key_is_refused(text: str) -> None:
    with pytest.raises(NKeyError):
        public_check(text)


@given(message=st.binary(max_size=200), flipped=st.integers(0, 63), bit=st.integers(0, 7))
def test_a_signature_is_of_its_message_and_key_alone(
    message: bytes, flipped: int, bit: int
) -> None:
    key = NKey.from_seed(SEED)
    signature = key.sign(message)
    assert verified(PUBLIC, message, signature)
    assert not verified(PUBLIC, message + b"x", signature)
    assert not verified(NKey.from_seed(seed_new()).public, message, signature)
    wrong = bytearray(signature)
    wrong[flipped] ^= 1 << bit
    assert not verified(PUBLIC, message, bytes(wrong))
    assert not verified(PUBLIC, message, signature[:-1])


def test_nats_server_takes_a_login_with_our_key(tmp_path: Path) -> None:
    key, stranger = NKey.from_seed(seed_new()), NKey.from_seed(seed_new())
    users = f"authorization {{ users: [ {{ nkey: {key.public} }} ] }}"
    with nats_server(tmp_path, users) as url:
        assert answer_to_login(url, key).startswith("PONG")
        assert "Authorization Violation" in answer_to_login(url, stranger)


def answer_to_login(url: str, key: NKey) -> str:
    """What nats-server says to a client that signs its nonce, in the protocol's own words."""
    host, _, port = url.removeprefix("nats://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        server = connection.makefile("rw", newline="\r\n")
        nonce = json.loads(server.readline().removeprefix("INFO "))["nonce"]
        signature = base64.urlsafe_b64encode(key.sign(nonce.encode())).rstrip(b"=").decode()
        options = {"verbose": False, "nkey": key.public, "sig": signature}
        server.write(f"CONNECT {json.dumps(options)}\r\nPING\r\n")
        server.flush()
        return server.readline()
