"""Endpoints: the OpenAI protocol over a loopback server, with the ways in which servers fail."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.singularity.ingestion.engine.embedding import EmbedderError, load_embedder
from apps.singularity.ingestion.engine.embedding.endpoint import BATCH, EndpointEmbedder

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """A server that embeds a text as (its length, 1, 0), or as ``failures`` say, first to last."""

    address: str = ""
    failures: list[Answer] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    def answer(self, body: dict[str, Any], key: str | None) -> Answer:
        self.requests.append(body)
        self.keys.append(key)
        if self.failures:
            return self.failures.pop(0)
        return good([[len(text), 1, 0] for text in body["input"]])


def good(vectors: list[list[Any]]) -> Answer:
    rows = [{"index": i, "embedding": vector} for i, vector in enumerate(vectors)]
    return 200, {}, json.dumps({"object": "list", "data": rows[::-1]}).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/embeddings"
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, headers, content = state.answer(body, self.headers["Authorization"])
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{httpd.server_port}/v1#tiny"
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield state
    httpd.shutdown()
    httpd.server_close()


Connect = Callable[[], EndpointEmbedder]


@pytest.fixture
def connect(server: Server) -> Connect:
    return lambda: EndpointEmbedder(
        server.address, api_key="key", max_tokens=128, first_pause=0.001
    )


def test_vectors_come_back_in_order_with_length_one(server: Server, tmp_path: Path) -> None:
    embedder = load_embedder(server.address, cache=tmp_path, api_key="key")
    vectors = embedder.embed(["a", "bbb"])
    expected = np.array([[1, 1, 0], [3, 1, 0]]) / np.sqrt([[2], [10]])
    assert (embedder.name, embedder.dimensions) == ("tiny", 3)
    assert np.allclose(vectors, expected)
    assert vectors.dtype == np.float32
    assert set(server.keys) == {"Bearer key"}
    assert embedder.embed([]).shape == (0, 3)


def test_many_texts_travel_in_batches(server: Server, connect: Connect) -> None:
    vectors = connect().embed(["x" * i for i in range(1, BATCH + 11)])
    assert [len(request["input"]) for request in server.requests] == [1, BATCH, 10]
    assert vectors.shape == (BATCH + 10, 3)


def test_empty_and_huge_texts_are_made_acceptable(server: Server, connect: Connect) -> None:
    connect().embed(["", "x" * 100_000])
    assert [len(text) for text in server.requests[-1]["input"]] == [1, 512]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(server: Server, connect: Connect, status: int) -> None:
    embedder = connect()
    server.failures = [(status, {"Retry-After": "0"}, b"later")] * 3
    assert embedder.embed(["a"]).shape == (1, 3)
    assert len(server.requests) == 5


def test_a_server_that_stays_broken_is_given_up(server: Server, connect: Connect) -> None:
    embedder = connect()
    server.failures = [(500, {}, b"on fire")] * 99
    with pytest.raises(EmbedderError, match="after 5 attempts: HTTP 500: on fire"):
        embedder.embed(["a"])


def test_a_refusal_is_told_at_once_and_keeps_the_key_secret(
    server: Server, connect: Connect
) -> None:
    server.failures = [(401, {}, b"wrong key")]
    with pytest.raises(EmbedderError, match="refused: HTTP 401: wrong key") as caught:
        connect()
    assert "Bearer" not in str(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (good([[1.0, 2.0]]), "2 dimensions, before with 3"),
        (good([[0.0, 0.0, 0.0]]), "not usable"),
        (good([[float("nan"), 1.0, 1.0]]), "not usable"),
        (good([["a", "b", "c"]]), "no embeddings"),
        (good([]), "no embeddings"),
        ((200, {}, b"<html>welcome</html>"), "no embeddings"),
        ((200, {}, b'{"data": [{"index": 0}]}'), "no embeddings"),
        ((200, {}, b"[1, 2]"), "no embeddings"),
        (good([[]]), "not usable"),
        ((200, {}, b'{"data": [{"index": 0, "embedding": 3}]}'), "no embeddings"),
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(
    server: Server, connect: Connect, answer: Answer, message: str
) -> None:
    embedder = connect()
    server.failures = [answer]
    with pytest.raises(EmbedderError, match=message):
        embedder.embed(["a"])


def test_identity_follows_address_and_model(server: Server, connect: Connect) -> None:
    other = EndpointEmbedder(f"{server.address}2", api_key=None, max_tokens=128)
    assert connect().identity == connect().identity != other.identity


def test_no_server_is_told_in_one_line() -> None:
    with pytest.raises(EmbedderError, match="does not answer after 5 attempts"):
        EndpointEmbedder("http://127.0.0.1:9/v1#m", api_key=None, max_tokens=8, first_pause=0.001)


def test_an_address_without_a_model_says_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="names no model: set"):
        load_embedder("http://127.0.0.1:9/v1", cache=tmp_path)
