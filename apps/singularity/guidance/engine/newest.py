"""Order among the versions of a family, and what is worth judging of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

_NUMBERS = re.compile(r"_v(\d{1,9})\.(\d{1,9})$")
JUDGED = frozenset({"candidate", "promoted"})


class Offered(Protocol):
    """What an offer says that matters here."""

    @property
    def version(self) -> str:
        """Its name, which ends in its number."""

    @property
    def family(self) -> str:
        """Key of its family."""

    @property
    def state(self) -> str:
        """How far the fleet is with it."""

    @property
    def artifact(self) -> str:
        """Digest of its bundle, empty where there is none yet."""


O = TypeVar("O", bound=Offered)  # noqa: E741  the offer


def version_number(version: str) -> tuple[int, int]:
    """Major and minor of ``centralcloud_t5-rust_v1.2``; (0, 0) where it is named otherwise."""
    found = _NUMBERS.search(version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def newest(offers: Iterable[O]) -> list[O]:
    """Of each family the newest that has an artifact and was not rejected.

    By number, not by the time of the message: an older version is told of again when its state
    changes.
    """
    best: dict[str, O] = {}
    for offer in offers:
        if offer.state not in JUDGED or not offer.artifact:
            continue
        held = best.get(offer.family)
        if held is None or version_number(held.version) < version_number(offer.version):
            best[offer.family] = offer
    return [best[family] for family in sorted(best)]
