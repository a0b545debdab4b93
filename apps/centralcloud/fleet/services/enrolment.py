"""Who belongs to the fleet, and by which key it is known. Seeds never come here."""

from __future__ import annotations

import re

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from apps.centralcloud.fleet.models import NAME, Instance, InstanceKey
from apps.centralcloud.fleet.selectors.keys import keys_forget
from apps.shared.contracts.nkeys import NKeyError, public_check
from apps.shared.contracts.subjects import SERVICE


class EnrolmentError(Exception):
    """It cannot be done; the message says what to do."""


def instance_enroll(*, name: str, public: str, note: str = "") -> InstanceKey:
    """Take an instance into the fleet under a public key.

    One that was revoked or withdrawn may come back, under a key that was never used before.

    Raises:
        EnrolmentError: the name or key is wrong, or the instance is enrolled already.
    """
    name_check(name)
    _key_check(public)
    now = timezone.now()
    try:
        with transaction.atomic():
            Instance.objects.get_or_create(
                name=name, defaults={"state": Instance.State.REVOKED, "enrolled_at": now}
            )
            instance = Instance.objects.select_for_update().get(name=name)
            if instance.state == Instance.State.ENROLLED:
                raise EnrolmentError(
                    f"{name} is enrolled already: `manage.py instance_rotate {name}` gives it a "
                    f"new key, `manage.py instance_revoke {name}` shuts it out."
                )
            instance.state, instance.enrolled_at = Instance.State.ENROLLED, now
            instance.note = note or instance.note
            instance.save(update_fields=["state", "enrolled_at", "note"])
            return _key_add(instance, public)
    except IntegrityError:
        raise EnrolmentError("this key was used before: take a new one.") from None
    finally:
        keys_forget()


def instance_rotate(*, name: str, public: str) -> InstanceKey:
    """Give an enrolled instance a new key; the old one is retired now.

    Raises:
        EnrolmentError: the instance is not enrolled, or the key is wrong.
    """
    _key_check(public)
    try:
        with transaction.atomic():
            instance = instance_locked(name)
            if instance.state != Instance.State.ENROLLED:
                raise EnrolmentError(
                    f"{name} is {instance.state}: `manage.py instance_enroll {name}` enrols it."
                )
            _keys_in_use(instance).update(retired_at=timezone.now())
            return _key_add(instance, public)
    except IntegrityError:
        raise EnrolmentError("this key was used before: take a new one.") from None
    finally:
        keys_forget()


def instance_revoke(*, name: str) -> Instance:
    """Shut an instance out; what it contributed stays.

    Raises:
        EnrolmentError: the instance is unknown, or not enrolled.
    """
    with transaction.atomic():
        instance = instance_locked(name)
        if instance.state != Instance.State.ENROLLED:
            raise EnrolmentError(f"{name} is {instance.state} already.")
        instance.state = Instance.State.REVOKED
        instance.save(update_fields=["state"])
        keys_revoke(instance)
    keys_forget()
    return instance


def instance_locked(name: str) -> Instance:
    """The row, held until the transaction ends. Raises EnrolmentError for an unknown name."""
    rows = Instance.objects.select_for_update().filter(name=name)
    instance = rows.first() if re.fullmatch(NAME, name) else None
    if instance is None:
        raise EnrolmentError(f"there is no instance {name!r}: `manage.py instances` lists them.")
    return instance


def keys_revoke(instance: Instance) -> None:
    """No key of the instance verifies what the stream takes from now on."""
    instance.keys.filter(revoked_at=None).update(revoked_at=timezone.now())


def _keys_in_use(instance: Instance) -> models.QuerySet[InstanceKey]:
    return instance.keys.filter(retired_at=None, revoked_at=None)


def _key_add(instance: Instance, public: str) -> InstanceKey:
    return InstanceKey.objects.create(instance=instance, public=public, created_at=timezone.now())


def name_check(name: str) -> None:
    """Raises EnrolmentError for what cannot be an instance's name."""
    if not re.fullmatch(NAME, name):
        raise EnrolmentError(
            f"{name[:80]!r} is no instance ID: 1 to 63 of the characters a-z, 0-9 and -, "
            "not at either end."
        )
    if name == SERVICE:
        raise EnrolmentError(f"{SERVICE} is the name of Centralcloud itself: take another one.")


def _key_check(public: str) -> None:
    try:
        public_check(public)
    except NKeyError as error:
        raise EnrolmentError(f"the key is wrong: {error}.") from None
