"""Take an instance out of the fleet as if it had never joined."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.selectors.keys import keys_forget
from apps.centralcloud.fleet.services.enrolment import EnrolmentError, instance_locked, keys_revoke

Withdrawal = Callable[..., int]
"""``(*, instance: str) -> rows``: removes what one app holds of an instance."""


@transaction.atomic
def instance_withdraw(*, name: str) -> dict[str, int]:
    """Shut an instance out and remove what it contributed, all in one transaction.

    Each app that holds contributions says how in the site's wiring, ``WITHDRAWALS``. Messages
    that are being applied meanwhile come before it or are left out, where their handler asks
    ``selectors.admission.admitted``.

    Returns:
        Rows removed, by the dotted path of what removed them.

    Raises:
        EnrolmentError: the instance is unknown, or was withdrawn already.
    """
    instance = instance_locked(name)
    if instance.state == Instance.State.WITHDRAWN:
        raise EnrolmentError(f"{name} was withdrawn already.")
    instance.state, instance.withdrawn_at = Instance.State.WITHDRAWN, timezone.now()
    instance.save(update_fields=["state", "withdrawn_at"])
    keys_revoke(instance)
    removed = {
        path: _remove(path, name) for path in import_module(settings.SITE_WIRING).WITHDRAWALS
    }
    keys_forget()
    return removed


def _remove(path: str, name: str) -> int:
    withdraw: Withdrawal = import_string(path)
    return withdraw(instance=name)
