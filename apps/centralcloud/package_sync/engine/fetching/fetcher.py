"""Fetching documents from registries: politely, within bounds, and only when they changed."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import stamina
from hishel import CacheOptions
from hishel.httpx import CacheTransport

from apps.centralcloud.package_sync.engine.fetching.addressing import address, led_to
from apps.centralcloud.package_sync.engine.fetching.answers import Again
from apps.centralcloud.package_sync.engine.fetching.body import body_read
from apps.centralcloud.package_sync.engine.fetching.cache import cache_open
from apps.centralcloud.package_sync.engine.fetching.counting import (
    Count,
    counted,
    document_unchanged,
)
from apps.centralcloud.package_sync.engine.fetching.document import Document
from apps.centralcloud.package_sync.engine.fetching.limits import LARGEST_DOCUMENT, Limits
from apps.centralcloud.package_sync.engine.fetching.pace import Pace, duration
from apps.centralcloud.package_sync.engine.fetching.visit import Visit
from apps.centralcloud.package_sync.engine.fetching.wire import Wire
from apps.centralcloud.package_sync.engine.places.place import Place
from apps.centralcloud.package_sync.engine.registry import Malformed, Unavailable
from apps.shared.core.version import VERSION


@dataclass(frozen=True, slots=True)
class _Step:
    """One answer on the way: a document, or a redirect to it."""

    status: int
    headers: dict[str, str]
    body: bytes
    unchanged: bool


class Fetcher:
    """Fetches documents for all registries, from any number of threads.

    Answers are kept in ``folder`` (RFC 9111, as the cache of one user): within the time that a
    registry names nothing is asked, and after it only whether the document has changed. Several
    processes may share a folder. ``contact`` is an address by which a registry's operators reach
    whoever runs this. ``pace`` says when hosts may be asked; in the folder where none is given.
    """

    def __init__(
        self,
        folder: Path,
        *,
        contact: str = "",
        limits: Limits | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._storage = cache_open(folder, self._limits)
        pace = pace or Pace(folder / "pace", patience=self._limits.patience)
        cache = CacheTransport(
            Wire(self._limits, pace),
            storage=self._storage,
            rfc=CacheOptions(shared=False),
        )
        headers = {"user-agent": user_agent(contact), "accept-encoding": "gzip"}
        self._client = httpx.Client(transport=cache, headers=headers, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections and the file of kept answers."""
        self._client.close()

    def counted(self) -> AbstractContextManager[Count]:
        """Count what this thread fetches inside."""
        return counted()

    def get(
        self,
        place: Place,
        path_or_url: str,
        *,
        accept: str = "application/json",
        limit: int = LARGEST_DOCUMENT,
    ) -> Document:
        """A document of a place.

        Args:
            place: whose document it is; its credentials go to its own hosts only.
            path_or_url: below ``place.url``, already quoted; or a whole address.
            accept: the media types that are understood.
            limit: bytes that it may have, packed and unpacked.

        Raises:
            RegistryError: there is none; the text is one line without an address.
        """
        url = address(place, path_or_url)
        with counted() as count:
            for _ in range(self._limits.redirects + 1):
                visit = Visit(place, url, accept)
                step = self._step(visit, limit)
                if step.status == 200:
                    return self._document(visit, step, count)
                url = led_to(url, step.headers.get("location", ""))
        raise Unavailable("the registry redirects again and again")

    def _document(self, visit: Visit, step: _Step, count: Count) -> Document:
        if step.unchanged:
            document_unchanged()
        return Document(
            url=visit.url,
            status=step.status,
            body=step.body,
            headers=step.headers,
            received=count.received,
            requests=count.requests,
            unchanged=step.unchanged,
            forget=lambda: self._storage.forget(visit.key),
        )

    def _step(self, visit: Visit, limit: int) -> _Step:
        """The answer to one request, after as many attempts as it is worth."""
        limits = self._limits
        attempts = stamina.retry_context(
            on=self._worth,
            attempts=limits.attempts,
            timeout=None,
            wait_initial=limits.first_wait,
            wait_max=limits.longest_wait,
            wait_jitter=limits.first_wait,
        )
        try:
            for attempt in attempts:
                with attempt:
                    return self._attempt(visit, limit)
        except Again as again:
            if self._too_long(again):
                raise Unavailable(
                    f"the registry asked to wait {duration(again.after or 0)}"
                ) from None
            raise again.error from None
        raise AssertionError("there is at least one attempt")

    def _worth(self, error: Exception) -> bool | float:
        """Whether another attempt is worth it; 0.0 where its host's own time is waited for."""
        if not isinstance(error, Again) or self._too_long(error):
            return False
        return 0.0 if error.after else True

    def _too_long(self, again: Again) -> bool:
        return again.after is not None and again.after > self._limits.patience

    def _attempt(self, visit: Visit, limit: int) -> _Step:
        request = self._client.build_request(
            "GET",
            visit.url,
            headers={"accept": visit.accept},
            extensions={"visit": visit, "caching": {"key": visit.key}},
        )
        with closing(self._client.send(request, stream=True)) as response:
            try:
                body = body_read(response, limit=limit)
            except (Malformed, sqlite3.Error, RuntimeError):
                # Cut off on the way, or kept in a file that broke (hishel: RuntimeError): in both
                # cases the next attempt takes it anew.
                self._storage.forget(visit.key)
                raise Again(Malformed("the registry's answer ends early")) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        unchanged = bool(response.extensions["caching"]["from_cache"])
        return _Step(response.status_code, headers, body, unchanged)


def user_agent(contact: str) -> str:
    """Who asks, and how to reach them."""
    contact = "".join(letter for letter in contact if letter.isascii() and letter.isprintable())
    return f"Singularity/{VERSION} ({contact})" if contact else f"Singularity/{VERSION}"
