"""The site answers one kind of question, and its near copies are in a Valkey that is empty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def stock(settings: Any, transactional_db: None, valkey: str) -> Iterator[Any]:
    """The module ``tests.common.knowledge``, as at the start."""
    from apps.shared.knowledge_cache.near import near
    from tests.common import knowledge

    settings.SITE_WIRING = "tests.common.knowledge"
    near.cache_clear()
    knowledge.forgotten()
    yield knowledge
    near.cache_clear()
