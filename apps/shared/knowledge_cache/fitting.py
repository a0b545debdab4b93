"""Answers that fit into a message, and say what of them does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from pydantic_core import to_json

from apps.shared.contracts.event import LARGEST_DATA

LARGEST_TOLD = LARGEST_DATA - 4096
"""Bytes of an answer's JSON, so that there is room for its kind, key, revision and times."""
_REST = 1024
"""Bytes of an answer beside its rows."""
R = TypeVar("R")


def rows_fitting(rows: Sequence[R], *, limit: int = LARGEST_TOLD - _REST) -> Sequence[R]:
    """The first of some rows, as many as take at most ``limit`` bytes of JSON.

    Args:
        rows: anything that pydantic makes JSON of; dataclasses become objects.
    """
    size = 0
    for place, row in enumerate(rows):
        size += len(to_json(row)) + len(",")
        if size > limit:
            return rows[:place]
    return rows
