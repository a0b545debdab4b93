"""Which keys a sender may sign with: asked for each message, so answered from memory."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import timezone

from apps.centralcloud.fleet.models import Instance, InstanceKey
from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.subjects import instance_source

SECONDS = 2.0
"""How long what was read is taken for true of messages that the stream took before."""
NEWS_SECONDS = 0.05
"""Before a sender is refused its keys are read again, unless they were read so shortly ago: one
that was enrolled or rotated a moment ago has its first messages believed, and a flood of
forgeries costs no more than that many queries. To come back with another key takes longer.

For a message that the stream took after they were read they are read again as well: as long, or
``NEWS_SHARE`` times what reading takes, is how long a revocation may take to be obeyed."""
NEWS_SHARE = 20


@dataclass(frozen=True, slots=True)
class Known:
    """An instance with its keys, each with the time that it verifies messages up to, if any.

    ``silent`` says that none of its messages counts; ``since`` that those up to then do not.
    """

    keys: tuple[tuple[str, datetime | None], ...]
    silent: bool
    since: datetime | None


class _Memory:
    """All keys, read anew when they are ``SECONDS`` old: the whole table in one query."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Mapping[str, Known] = {}
        self._read_at = -SECONDS
        self._as_of = datetime.min.replace(tzinfo=UTC)
        self._took = 0.0

    def get(self, source: str, stored_at: datetime) -> Known | None:
        later = stored_at > self._as_of
        self.renew(max(NEWS_SECONDS, NEWS_SHARE * self._took) if later else SECONDS)
        return self._known.get(source)

    def forget(self) -> None:
        self._read_at = -SECONDS

    def renew(self, seconds: float) -> bool:
        """Read what is so old; whether it was."""
        with self._lock:
            begun = time.monotonic()
            if begun - self._read_at < seconds:
                return False
            as_of = timezone.now()
            self._known, self._read_at, self._as_of = _read(), begun, as_of
            self._took = time.monotonic() - begun
            return True


_MEMORY = _Memory()


def sender_keys(source: str, *, stored_at: datetime) -> Iterable[str]:
    """Public keys that verify what the stream took from a source at a time.

    Those of a moment ago first; whoever finds none of them right gets those of now as well.
    ``stored_at`` is by the stream's clock, when a key was retired or revoked by this site's: what
    they differ by is how much longer or shorter a key holds.

    Raises:
        MessageRefused: the sender is unknown, was withdrawn, or had no valid key then.
    """
    try:
        keys = _keys(source, stored_at)
    except MessageRefused:
        if not _MEMORY.renew(NEWS_SECONDS):
            raise
        keys = _keys(source, stored_at)
    return _and_news(keys, source, stored_at)


def _and_news(keys: Sequence[str], source: str, stored_at: datetime) -> Iterator[str]:
    yield from keys
    if _MEMORY.renew(NEWS_SECONDS):
        yield from (key for key in _keys(source, stored_at) if key not in keys)


def _keys(source: str, stored_at: datetime) -> Sequence[str]:
    known = _MEMORY.get(source, stored_at)
    if known is None:
        raise MessageRefused(Reason.UNKNOWN_SENDER, source[:200])
    if known.silent or (known.since is not None and stored_at <= known.since):
        raise MessageRefused(Reason.REVOKED, f"{source} was withdrawn")
    keys = [public for public, until in known.keys if until is None or stored_at < until]
    if not keys:
        raise MessageRefused(Reason.REVOKED, f"{source} had no valid key then")
    return keys


def keys_forget() -> None:
    """Read the keys again at the next question: they were changed by this process."""
    _MEMORY.forget()


def _read() -> dict[str, Known]:
    keys: dict[str, list[tuple[str, datetime | None]]] = defaultdict(list)
    columns = ("instance_id", "public", "retired_at", "revoked_at")
    for name, public, *ends in InstanceKey.objects.values_list(*columns):
        keys[name].append((public, min((end for end in ends if end), default=None)))
    rows = Instance.objects.values_list("name", "state", "withdrawn_at")
    return {
        instance_source(name): Known(
            keys=tuple(keys[name]), silent=state == Instance.State.WITHDRAWN, since=withdrawn_at
        )
        for name, state, withdrawn_at in rows
    }
