"""A wiring with one kind of answer, which says what its source is now and counts its work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction

from apps.shared.knowledge_cache.kinds import Answer, Kind, Question
from apps.shared.knowledge_cache.models import Source
from apps.shared.knowledge_cache.services import source_changed

SOURCE = "stock"
STOCK: list[int] = [0]
"""What answers derive from; changed by ``stock_set`` alone."""
WORKED: list[Question] = []
DURING: list[Callable[[], object]] = []
"""Called once each while an answer is worked out."""
TOLD: list[Question] = []


def stock_set(number: int) -> None:
    """Change the source as services do: the change and its revision in one transaction."""
    with transaction.atomic():
        STOCK[0] = number
        source_changed(SOURCE)


def answer(question: Question) -> Answer:
    """The stock, and the question back."""
    WORKED.append(question)
    value = STOCK[0]
    while DURING:
        DURING.pop()()
    return {"stock": value, "question": dict(question)}


def told() -> Iterator[Question]:
    """Questions whose answers instances get."""
    return iter(TOLD)


def forgotten() -> None:
    """As at the start."""
    STOCK[0] = 0
    for one in (WORKED, DURING, TOLD):
        one.clear()
    Source.objects.filter(name=SOURCE).delete()


STOCK_KIND = Kind("stock", (SOURCE,), answer, told)
KNOWLEDGE = {"stock": "tests.common.knowledge.STOCK_KIND"}
VIEWS: list[str] = []
COPIES: list[str] = []
HANDLERS: dict[str, Any] = {}
