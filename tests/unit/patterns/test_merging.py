"""Learned facts as state: what is new, what changed, what holds no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.singularity.patterns.models import Framework
from apps.singularity.patterns.services.merging import Merged, Now, learned_merge
from tests.common.factories.ingestion import CodebaseFactory

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)


def row(key: str, *, confidence: float = 0.9, **fields: Any) -> dict[str, Any]:
    return {"key": key, "name": key, "category": "web", "confidence": confidence, **fields}


def merge(codebase: Any, revision: int, *rows: dict[str, Any]) -> Merged[Framework]:
    now = Now(codebase, revision, START + timedelta(hours=revision))
    return learned_merge(
        model=Framework, key="key", rows=rows, content=("name", "confidence"), now=now
    )


def state(codebase: Any) -> dict[str, tuple[int, int, bool]]:
    """Revision, hours of the last sight, whether withdrawn, by key."""
    return {
        one.key: (
            one.revision,
            round((one.last_seen_at - START).total_seconds() / 3600),
            one.withdrawn_at is not None,
        )
        for one in Framework.objects.filter(codebase=codebase)
    }


def test_a_fact_keeps_its_revision_until_its_content_changes() -> None:
    codebase = CodebaseFactory()
    merge(codebase, 1, row("django"), row("flask"))
    second = merge(codebase, 2, row("django"), row("flask", confidence=0.5))
    assert [one.key for one in second.changed] == ["flask"]
    assert state(codebase) == {"django": (1, 2, False), "flask": (2, 2, False)}
    assert Framework.objects.get(codebase=codebase, key="flask").confidence == 0.5


def test_what_is_no_content_is_kept_up_to_date_without_news() -> None:
    codebase = CodebaseFactory()
    merge(codebase, 1, row("django", evidence=[1]))
    second = merge(codebase, 2, row("django", evidence=[2]))
    assert not second.any
    assert Framework.objects.get(codebase=codebase).evidence == [2]
    assert state(codebase) == {"django": (1, 2, False)}


def test_a_fact_is_withdrawn_once_and_comes_back_as_news() -> None:
    codebase = CodebaseFactory()
    merge(codebase, 1, row("django"))
    assert [one.key for one in merge(codebase, 2).withdrawn] == ["django"]
    assert not merge(codebase, 3).any
    assert state(codebase) == {"django": (2, 1, True)}
    back = merge(codebase, 4, row("django"))
    assert [one.key for one in back.changed] == ["django"]
    assert state(codebase) == {"django": (4, 4, False)}
    assert Framework.objects.get(codebase=codebase).first_seen_at == START + timedelta(hours=1)


def test_another_code_base_is_left_alone() -> None:
    one, other = CodebaseFactory(), CodebaseFactory()
    merge(one, 1, row("django"))
    merge(other, 1, row("flask"))
    merge(one, 2)
    assert state(other) == {"flask": (1, 1, False)}
