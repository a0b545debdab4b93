"""Which keys a sender may sign with: asked for each message, so answered from memory."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.centralcloud.fleet.models import Instance, InstanceKey
from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.subjects import instance_source

SECONDS = 2.0
"""How long what was read is taken for true: as long as a revocation may take to be obeyed."""


@dataclass(frozen=True, slots=True)
class Known:
    """An instance with its keys, each with the time that it verifies messages up to, if any.

    ``silent`` says that none of its messages counts; ``since`` that those up to then do not.
    """

    keys: tuple[tuple[str, datetime | None], ...]
    silent: bool
    since: datetime | None


class _Memory:
    """All keys, read anew when they are ``SECONDS`` old.

    The whole table in one query, and not a query for each sender: whoever sends under invented
    names costs no query at all.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: Mapping[str, Known] = {}
        self._until = 0.0

    def get(self, source: str) -> Known | None:
        if time.monotonic() >= self._until:
            self._renew()
        return self._known.get(source)

    def forget(self) -> None:
        self._until = 0.0

    def _renew(self) -> None:
        with self._lock:
            if time.monotonic() >= self._until:
                self._known = _read()
                self._until = time.monotonic() + SECONDS


_MEMORY = _Memory()


def sender_keys(source: str, *, stored_at: datetime) -> Sequence[str]:
    """Public keys that verify what the stream took from a source at a time.

    ``stored_at`` is by the stream's clock, when a key was retired or revoked by this site's: what
    they differ by is how much longer or shorter a key holds.

    Raises:
        MessageRefused: the sender is unknown, was withdrawn, or had no valid key then.
    """
    known = _MEMORY.get(source)
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
