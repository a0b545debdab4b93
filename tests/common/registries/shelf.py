"""A registry without a protocol: for tests of what is done with its records."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass

from apps.centralcloud.package_sync.engine.record import PackageRecord
from apps.centralcloud.package_sync.engine.registry import PackageMissing

Answer = PackageRecord | Exception | Callable[[], PackageRecord]


@dataclass(frozen=True)
class Call:
    """One question."""

    name: str
    wanted: tuple[str, ...]
    known: str


class Shelf:
    """Has what is put on it by name; what is an exception is raised."""

    def __init__(self, ecosystem: str) -> None:
        self.ecosystem = ecosystem
        self.calls: list[Call] = []
        self._answers: dict[str, Answer] = {}
        self._lock = threading.Lock()

    def put(
        self, *records: PackageRecord, **failures: Exception | Callable[[], PackageRecord]
    ) -> None:
        """Records under their own names, and names that fail or are worked out."""
        self._answers.update({_name(one): one for one in records})
        self._answers.update(failures)

    def package(
        self, name: str, *, wanted: Collection[str] = (), known: str = ""
    ) -> PackageRecord | None:
        """What was put there."""
        with self._lock:
            self.calls.append(Call(name, tuple(wanted), known))
        answer = self._answers.get(name)
        if answer is None:
            raise PackageMissing(f"{self.ecosystem} has no {name}")
        if isinstance(answer, Exception):
            raise answer
        made = answer if isinstance(answer, PackageRecord) else answer()
        return None if made.digest == known else made

    @property
    def names(self) -> list[str]:
        """What was asked for, in order."""
        return [call.name for call in self.calls]


def _name(record: PackageRecord) -> str:
    return f"{record.namespace}/{record.name}" if record.namespace else record.name
