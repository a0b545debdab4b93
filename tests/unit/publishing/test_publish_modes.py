"""PUBLISH, INSTANCE_MODE, an absent NATS, and withdrawal by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from apps.shared.core.identity import Identity
from apps.shared.nats_bridge.heartbeat import STATE_KEY
from apps.shared.nats_bridge.models import OutboxMessage
from apps.shared.nats_bridge.services import outbox_replace
from apps.shared.nats_bridge.wiring import site_wiring
from apps.singularity.publishing.services.by_hand import Wanted, publish
from apps.singularity.publishing.services.heartbeat import heartbeat
from apps.singularity.publishing.services.scheduled import (
    NO_KEY,
    NO_NATS,
    OFF,
    PATTERNS_ONLY,
    READ_ONLY,
    hold_back_due,
    report_due,
    sync_due,
)
from apps.singularity.publishing.services.sync import instance_sync
from tests.common.learning import read_and_mine, repeated
from tests.common.published import known, queued
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    write_tree(tmp_path, repeated(12))
    codebase, _ = read_and_mine(tmp_path, name="shop")
    return codebase


def subjects() -> set[str]:
    """The subjects of what others know."""
    return {subject.split(".")[1] for subject, _, _ in known(queued())}


def all_sent() -> None:
    OutboxMessage.objects.filter(sent_at=None).update(sent_at=timezone.now())


def test_off_means_that_nothing_leaves_not_even_what_waits(shop: Any, settings: Any) -> None:
    sync_due()
    assert report_due() == ""
    alive = heartbeat()
    assert alive is not None
    outbox_replace(payload=alive, state_key=STATE_KEY)
    settings.INSTANCE_MODE = "read-only"
    assert sync_due()[1] == READ_ONLY
    assert [row.subject for row in queued()] == ["intelligence.instance.heartbeat"]
    settings.PUBLISH = "off"
    assert sync_due()[1] == OFF
    assert report_due() == OFF
    assert queued() == []
    assert heartbeat() is None


def test_a_bridge_that_starts_sends_nothing_that_may_not_leave(shop: Any, settings: Any) -> None:
    prepare = site_wiring().before_sending
    assert prepare is not None
    sync_due()
    waiting = len(queued())
    assert waiting
    prepare()
    assert len(queued()) == waiting
    settings.PUBLISH = "off"
    prepare()
    assert queued() == []


def test_a_bridge_that_starts_sends_only_subjects_that_may_leave(shop: Any, settings: Any) -> None:
    """What waits was queued under older settings: no sync has looked at it since."""
    sync_due()
    report_due()
    settings.PUBLISH = "patterns"
    hold_back_due()
    assert subjects() <= {"code", "architecture"}
    assert "code" in subjects()
    assert queued(subject="statistics") == []
    hold_back_due()
    sync_due()
    assert "code" in subjects()
    settings.PUBLISH = "all"
    sync_due()
    assert subjects() >= {"code", "framework", "package"}


def test_a_bridge_that_starts_sends_nothing_that_other_rules_let_pass(
    shop: Any, settings: Any
) -> None:
    sync_due()
    settings.PUBLISH_EXCLUDE = ("requests",)
    hold_back_due()
    assert b"requests" not in b"".join(bytes(row.data) for row in queued())
    sync_due()
    purls = {key for subject, _, key in known(queued()) if "package" in subject}
    assert purls == {"pkg:pypi/django"}


def test_statistics_that_wait_are_held_back_by_a_sync_too(shop: Any, settings: Any) -> None:
    report_due()
    settings.PUBLISH = "patterns"
    sync_due()
    assert queued(subject="statistics") == []


def test_what_was_held_back_is_told_when_it_may_leave_again(shop: Any, settings: Any) -> None:
    instance_sync()
    before = set(known(queued()))
    settings.PUBLISH = "off"
    instance_sync()
    settings.PUBLISH = "all"
    instance_sync()
    assert set(known(queued())) == before


def test_patterns_means_patterns_of_code_and_architecture(shop: Any, settings: Any) -> None:
    settings.PUBLISH = "patterns"
    sync_due()
    assert "framework" not in subjects()
    assert "package" not in subjects()
    assert "code" in subjects()
    assert report_due() == PATTERNS_ONLY
    assert heartbeat() is not None


def test_fewer_subjects_mean_that_the_others_are_taken_back(shop: Any, settings: Any) -> None:
    instance_sync()
    assert subjects() >= {"code", "framework", "package"}
    all_sent()
    settings.PUBLISH = "patterns"
    instance_sync()
    assert subjects() <= {"code", "architecture"}
    settings.PUBLISH = "all"
    all_sent()
    instance_sync()
    assert subjects() >= {"code", "framework", "package"}


def test_a_read_only_instance_says_only_that_it_lives(shop: Any, settings: Any) -> None:
    instance_sync()
    settings.INSTANCE_MODE = "read-only"
    assert sync_due()[1] == READ_ONLY
    assert report_due() == READ_ONLY
    assert queued() == []
    alive = heartbeat()
    assert alive is not None
    assert alive.mode == "read-only"


def test_without_nats_or_without_a_key_nothing_is_queued(
    shop: Any, settings: Any, tmp_path: Path
) -> None:
    settings.IDENTITY = Identity(name="alpha", source="", seed="", folder=tmp_path)
    assert sync_due()[1] == NO_KEY
    settings.ENVIRONMENT = replace(django_settings.ENVIRONMENT, nats_mode="isolated")
    assert sync_due()[1] == NO_NATS
    assert report_due() == NO_NATS
    assert queued() == []


def test_what_is_taken_back_by_hand_stays_so(shop: Any) -> None:
    instance_sync()
    all_sent()
    told = publish(wanted=Wanted(withdraw=True))
    assert told.facts == 0
    assert known(queued()) == {}
    assert b'"codebases":0' in bytes(queued(subject="statistics")[0].data)
    instance_sync()
    assert known(queued()) == {}
    publish(wanted=Wanted(codebase="shop"))
    assert subjects() >= {"code", "framework", "package"}
    instance_sync()
    assert known(queued())


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_withdrawal_that_was_held_back_is_told_when_it_may_leave_again(
    shop: Any, settings: Any, *, is_gone: bool
) -> None:
    instance_sync()
    all_sent()
    publish(wanted=Wanted(withdraw=True))
    if is_gone:
        shop.delete()
    settings.PUBLISH = "off"
    sync_due()
    assert known(queued())  # that others know it still
    settings.PUBLISH = "all"
    sync_due()
    assert known(queued()) == {}
    sent = len(queued())
    sync_due()
    assert len(queued()) == sent


def test_a_bridge_that_starts_sends_withdrawals(shop: Any, settings: Any) -> None:
    instance_sync()
    all_sent()
    settings.PUBLISH = "patterns"
    instance_sync()
    hold_back_due()
    assert subjects() <= {"code", "architecture"}


def test_one_code_base_is_taken_back_alone(shop: Any, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_tree(other, repeated(12))
    read_and_mine(other, name="other")
    instance_sync()
    keys = {key for _, key, _ in known(queued())}
    assert len(keys) == 2
    publish(wanted=Wanted(codebase="other", withdraw=True))
    assert len({key for _, key, _ in known(queued())}) == 1
    assert b'"codebases":1' in bytes(queued(subject="statistics")[0].data)
