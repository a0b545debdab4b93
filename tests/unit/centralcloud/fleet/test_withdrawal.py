"""Withdrawal: whole or not at all, and nothing slips in beside it."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.admission import admitted
from apps.centralcloud.fleet.services import EnrolmentError, instance_enroll, instance_withdraw
from centralcloud_site import wiring
from tests.common.factories.fleet import InstanceFactory, heartbeat, key_new
from tests.common.locks import Beside

CALLS: list[str] = []


def remove(*, instance: str) -> int:
    """An app's part of a withdrawal."""
    CALLS.append(instance)
    Instance.objects.filter(name=instance).update(note="removed")
    return 3


def fail(*, instance: str) -> int:
    """Another one, which cannot."""
    raise RuntimeError(instance)


@pytest.fixture(autouse=True)
def _nobody_called() -> None:
    CALLS.clear()


@pytest.mark.django_db
def test_every_app_removes_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "WITHDRAWALS", [f"{__name__}.remove"])
    instance_enroll(name="acme", public=key_new().public)
    assert instance_withdraw(name="acme") == {f"{__name__}.remove": 3}
    assert CALLS == ["acme"]
    with pytest.raises(EnrolmentError, match="already"):
        instance_withdraw(name="acme")


@pytest.mark.django_db
def test_one_app_that_fails_undoes_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "WITHDRAWALS", [f"{__name__}.remove", f"{__name__}.fail"])
    instance_enroll(name="acme", public=key_new().public)
    with pytest.raises(RuntimeError):
        instance_withdraw(name="acme")
    row = Instance.objects.get()
    assert (row.state, row.note, row.withdrawn_at) == ("enrolled", "", None)
    assert row.keys.filter(revoked_at=None).exists()


@pytest.mark.django_db
def test_messages_of_before_a_withdrawal_count_no_more_and_those_of_a_return_do() -> None:
    now = timezone.now()
    InstanceFactory(name="gone", state="withdrawn", withdrawn_at=now)
    InstanceFactory(name="back", withdrawn_at=now)
    InstanceFactory(name="revoked", state="revoked")
    moments = (now - timedelta(seconds=1), now, now + timedelta(seconds=1))
    names = ("gone", "back", "revoked", "nobody")
    said = [heartbeat(name, moment) for name in names for moment in moments]
    with transaction.atomic():
        kept = [(one.instance, one.stored_at) for one in admitted(said)]
    assert kept == [("back", moments[2]), *(("revoked", moment) for moment in moments)]


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_waits_for_what_is_being_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a handler was admitted with is written when the withdrawal removes it."""
    monkeypatch.setattr(wiring, "WITHDRAWALS", [f"{__name__}.remove"])
    instance_enroll(name="acme", public=key_new().public)
    withdrawal = Beside(lambda: instance_withdraw(name="acme"))
    with transaction.atomic():
        assert admitted([heartbeat("acme", timezone.now())])
        assert withdrawal.start()
    withdrawal.join()
    assert CALLS == ["acme"]
    with transaction.atomic():
        assert admitted([heartbeat("acme", timezone.now())]) == []


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_does_not_wait_for_a_handler() -> None:
    from apps.centralcloud.fleet.handlers import heartbeats

    instance_enroll(name="acme", public=key_new().public)

    def beat() -> None:
        with transaction.atomic():
            heartbeats([heartbeat("acme", timezone.now(), files=9)])
        connection.close()

    with transaction.atomic():
        admitted([heartbeat("acme", timezone.now())])
        thread = Thread(target=beat)
        thread.start()
        thread.join(timeout=30)
        assert Instance.objects.get().files == 9
