"""Sync: what changed becomes messages, in the transaction that remembers that it was told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from apps.shared.nats_bridge.models import OutboxMessage
from apps.singularity.patterns.models import CodePattern
from apps.singularity.publishing.models import PublishedCodebase
from apps.singularity.publishing.services.sync import codebase_sync, instance_sync
from tests.common.learning import read_and_mine, repeated
from tests.common.published import known, queued
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    write_tree(tmp_path, repeated(12))
    codebase, _ = read_and_mine(tmp_path, name="shop")
    return codebase


def sent(rows: list[OutboxMessage]) -> None:
    """Mark rows as the relay does."""
    OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(sent_at=timezone.now())


def signatures() -> set[str]:
    """Those of the code patterns that others know of."""
    return {key for subject, _, key in known(queued()) if "code.pattern" in subject}


def mined(codebase: Any) -> set[str]:
    """Those of the patterns that hold here and are told."""
    rows = CodePattern.objects.filter(codebase=codebase, withdrawn_at=None).exclude(kind="clone")
    return set(rows.values_list("signature", flat=True))


def test_all_that_was_mined_of_real_code_is_told(shop: Any) -> None:
    told = codebase_sync(codebase=shop)
    assert told.facts == len(known(queued()))
    assert signatures() == mined(shop)
    assert not told.refused
    kinds = {fact.kind for fact in known(queued(subject="code")).values()}
    assert kinds >= {"idiom", "rule", "convention", "api_set"}
    purls = {key for subject, _, key in known(queued()) if "package" in subject}
    assert purls == {"pkg:pypi/django", "pkg:pypi/requests"}


def test_nothing_new_means_no_message(shop: Any) -> None:
    codebase_sync(codebase=shop)
    before = [row.pk for row in queued()]
    assert codebase_sync(codebase=shop).messages == 0
    assert [row.pk for row in queued()] == before


def test_a_change_is_told_alone_and_what_holds_no_more_is_withdrawn(shop: Any) -> None:
    codebase_sync(codebase=shop)
    sent(queued())
    first, last = CodePattern.objects.filter(codebase=shop, kind="idiom").order_by("id")[:2]
    CodePattern.objects.filter(pk=first.pk).update(occurrences=99, revision=2)
    CodePattern.objects.filter(pk=last.pk).update(withdrawn_at=timezone.now(), revision=2)
    mining_moved(shop, 2)
    told = codebase_sync(codebase=shop)
    assert (told.messages, told.facts, told.withdrawn) == (1, 1, 1)
    assert signatures() == mined(shop)
    facts = {key: fact for (_, _, key), fact in known(queued()).items()}
    assert facts[first.signature].occurrences == 99


def mining_moved(codebase: Any, revision: int) -> None:
    from apps.singularity.patterns.models import Mining

    Mining.objects.filter(codebase=codebase).update(revision=revision)


def test_a_code_base_that_is_gone_is_taken_back(shop: Any) -> None:
    instance_sync()
    sent(queued())
    shop.delete()
    told = instance_sync()
    assert (told.messages, told.facts) == (4, 0)
    assert known(queued()) == {}
    assert instance_sync().messages == 0
    assert PublishedCodebase.objects.get().withdrawn_at is not None
