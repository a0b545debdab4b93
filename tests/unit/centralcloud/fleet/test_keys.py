"""Whose messages are believed, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.centralcloud.fleet.models import Instance, InstanceKey
from apps.centralcloud.fleet.selectors.keys import keys_forget, sender_keys
from apps.centralcloud.fleet.services import instance_enroll, instance_revoke, instance_rotate
from apps.shared.contracts.errors import MessageRefused, Reason
from apps.shared.contracts.event import Event, event_decode, event_encode, event_of
from apps.shared.contracts.payloads import Heartbeat
from apps.shared.contracts.subjects import instance_source
from tests.common.factories.fleet import STARTED, key_new

pytestmark = pytest.mark.django_db
SUBJECT = "intelligence.instance.heartbeat"
MOMENT = timedelta(seconds=1)


def beat(name: str) -> Event:
    payload = Heartbeat(version="1", mode="read-write", started_at=STARTED)
    return event_of(payload, subject=SUBJECT, source=instance_source(name))


def reason_at(name: str, stored_at: datetime) -> Reason:
    with pytest.raises(MessageRefused) as refused:
        sender_keys(instance_source(name), stored_at=stored_at)
    return refused.value.reason


def test_what_an_enrolled_instance_signs_is_its_own_and_what_another_signs_is_not() -> None:
    key, other = key_new(), key_new()
    instance_enroll(name="acme", public=key.public)
    event = beat("acme")

    def decode(headers: dict[str, str]) -> Event:
        return event_decode(
            subject=SUBJECT,
            headers=headers,
            data=event.data,
            keys_of=lambda source: sender_keys(source, stored_at=timezone.now()),
        )

    assert decode(event_encode(event, key)) == event
    with pytest.raises(MessageRefused) as refused:
        decode(event_encode(event, other))
    assert refused.value.reason == Reason.FORGED


@pytest.mark.parametrize("source", ["/instances/nobody", "/centralcloud", "", "/instances/", "x\0"])
def test_nobody_else_is_a_sender(source: str) -> None:
    with pytest.raises(MessageRefused) as refused:
        sender_keys(source, stored_at=timezone.now())
    assert refused.value.reason == Reason.UNKNOWN_SENDER


def test_a_rotated_key_verifies_what_was_in_flight_and_nothing_after() -> None:
    old, new = key_new(), key_new()
    instance_enroll(name="acme", public=old.public)
    before = timezone.now()
    instance_rotate(name="acme", public=new.public)
    source = instance_source("acme")
    assert set(sender_keys(source, stored_at=before)) == {old.public, new.public}
    assert [*sender_keys(source, stored_at=timezone.now())] == [new.public]


def test_a_revoked_instance_is_believed_up_to_then() -> None:
    key = key_new()
    instance_enroll(name="acme", public=key.public)
    before = timezone.now()
    instance_revoke(name="acme")
    assert [*sender_keys(instance_source("acme"), stored_at=before)] == [key.public]
    assert reason_at("acme", timezone.now()) == Reason.REVOKED


def test_a_revoked_instance_may_come_back_under_another_key() -> None:
    old, new = key_new(), key_new()
    instance_enroll(name="acme", public=old.public)
    instance_revoke(name="acme")
    instance_enroll(name="acme", public=new.public)
    assert [*sender_keys(instance_source("acme"), stored_at=timezone.now())] == [new.public]


def test_what_was_said_before_a_withdrawal_counts_no_more_even_after_a_return() -> None:
    past = datetime(2026, 1, 1, tzinfo=UTC)
    instance_enroll(name="acme", public=key_new().public)
    InstanceKey.objects.update(revoked_at=past)
    Instance.objects.update(state=Instance.State.WITHDRAWN, withdrawn_at=past)
    keys_forget()
    assert reason_at("acme", past - MOMENT) == Reason.REVOKED
    assert reason_at("acme", past + MOMENT) == Reason.REVOKED
    key = key_new()
    instance_enroll(name="acme", public=key.public)
    assert reason_at("acme", past - MOMENT) == Reason.REVOKED
    assert [*sender_keys(instance_source("acme"), stored_at=past + MOMENT)] == [key.public]


def test_another_process_revokes_and_it_is_obeyed_in_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instance_enroll(name="acme", public=key_new().public)
    now = timezone.now() + timedelta(hours=1)
    clock = [1000.0]
    monkeypatch.setattr("apps.centralcloud.fleet.selectors.keys.time.monotonic", lambda: clock[0])
    sender_keys(instance_source("acme"), stored_at=now)
    InstanceKey.objects.update(revoked_at=timezone.now())
    clock[0] += 0.01
    assert next(iter(sender_keys(instance_source("acme"), stored_at=now)))
    clock[0] += 0.05
    assert reason_at("acme", now) == Reason.REVOKED


def test_who_was_enrolled_or_rotated_by_another_process_is_believed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its first message comes as soon as NATS lets it in: sooner than what is remembered ages."""
    clock = [1000.0]
    monkeypatch.setattr("apps.centralcloud.fleet.selectors.keys.time.monotonic", lambda: clock[0])
    source, old, new = instance_source("acme"), key_new(), key_new()
    assert reason_at("acme", timezone.now()) == Reason.UNKNOWN_SENDER
    monkeypatch.setattr("apps.centralcloud.fleet.services.enrolment.keys_forget", lambda: None)
    instance_enroll(name="acme", public=old.public)
    clock[0] += 0.1
    assert next(iter(sender_keys(source, stored_at=timezone.now()))) == old.public
    instance_rotate(name="acme", public=new.public)
    clock[0] += 0.1
    assert new.public in sender_keys(source, stored_at=timezone.now())


def test_a_thousand_questions_are_one_look_at_the_database(
    django_assert_num_queries: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.centralcloud.fleet.selectors.keys.time.monotonic", lambda: 1000.0)
    instance_enroll(name="acme", public=key_new().public)
    with django_assert_num_queries(2):  # type: ignore[operator]  # a fixture of pytest-django
        for _ in range(500):
            sender_keys(instance_source("acme"), stored_at=timezone.now())
            reason_at("nobody", timezone.now())
