"""Checks of what this site needs, each with a bounded time."""

import socket
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import connections

TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was asked: whether it answered, after how many seconds, and what it said."""

    name: str
    ok: bool
    seconds: float
    detail: str = ""


def run_checks() -> list[Check]:
    """Ask everything at the same time; what has not answered in TIMEOUT_SECONDS has failed."""
    questions: dict[str, Callable[[], None]] = {"database": _database, "cache": _cache}
    if settings.ENVIRONMENT.nats_mode == "external":
        questions["nats"] = _nats
    pool = ThreadPoolExecutor(max_workers=len(questions), thread_name_prefix="health")
    started = time.monotonic()
    futures = {name: pool.submit(question) for name, question in questions.items()}
    wait(futures.values(), timeout=TIMEOUT_SECONDS)
    pool.shutdown(wait=False, cancel_futures=True)
    return [_result(name, future, started) for name, future in futures.items()]


def _result(name: str, future: Future[None], started: float) -> Check:
    seconds = round(time.monotonic() - started, 4)
    if not future.done():
        return Check(name, ok=False, seconds=seconds, detail="no answer in time")
    error = future.exception()
    if error is None:
        return Check(name, ok=True, seconds=seconds)
    # The kind only: messages of drivers can carry addresses and user names.
    return Check(name, ok=False, seconds=seconds, detail=type(error).__name__)


def _database() -> None:
    connection = connections["default"]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()


def _cache() -> None:
    cache.get("health")


def _nats() -> None:
    """A NATS server greets first: an INFO line from any of the cluster is an answer."""
    errors: list[OSError] = []
    for url in settings.ENVIRONMENT.nats_urls:
        parts = urlsplit(url)
        address = (parts.hostname or "", parts.port or 4222)
        try:
            with socket.create_connection(address, timeout=TIMEOUT_SECONDS) as connection:
                if connection.recv(5).startswith(b"INFO"):
                    return
                raise ConnectionError("no NATS greeting")
        except OSError as error:
            errors.append(error)
    raise errors[-1]
