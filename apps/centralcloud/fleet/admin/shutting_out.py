"""Revoke and withdraw in the admin: asked first, then done for each of the chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.engine.nats_server import RELOAD
from apps.centralcloud.fleet.models import Instance
from apps.shared.access.audit import actor_of, audited
from apps.shared.core.embedded.errors import EmbeddedServerError

NAMES_SHOWN = 20
TELL = (
    "nats-server is run elsewhere: have `manage.py nats_config` write its users, and there run "
    f"{RELOAD}."
)


@dataclass(frozen=True, slots=True)
class Step:
    """One of the two: what is asked, what is said when it is done, and what does it."""

    action: str
    title: str
    question: str
    done: str
    act: Callable[..., Any]


REVOKE = Step(
    "revoke",
    "Revoke",
    "Who is revoked is disconnected and believed no more; what it contributed stays. It may be "
    "enrolled again, under a new key.",
    "is revoked",
    services.instance_revoke,
)
WITHDRAW = Step(
    "withdraw",
    "Withdraw",
    "Who is withdrawn is disconnected and believed no more, and all that it contributed is "
    "removed, as if it had never joined. This cannot be undone: enrolled again, it tells "
    "everything anew.",
    "is withdrawn; all that it contributed is removed",
    services.instance_withdraw,
)


def shut_out(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Instance], step: Step
) -> TemplateResponse | None:
    """The question, or what was answered yes."""
    if request.POST.get("confirmed") != step.action:
        return _question(model_admin, request, chosen, step)
    done = [one for one in chosen if _act(request, one, step)]
    if done:
        users_write(request)
    return None


def _question(
    model_admin: Any, request: HttpRequest, chosen: QuerySet[Instance], step: Step
) -> TemplateResponse:
    names = list(chosen.order_by("name").values_list("name", flat=True))
    across = request.POST.get("select_across") == "1"
    context = {
        **model_admin.admin_site.each_context(request),
        "title": step.title,
        "opts": model_admin.opts,
        "step": step,
        "names": names[:NAMES_SHOWN],
        "more": max(0, len(names) - NAMES_SHOWN),
        "across": across,
        "selected": names[:1] if across else names,
    }
    return TemplateResponse(request, "fleet/confirm.html", context)


def _act(request: HttpRequest, instance: Instance, step: Step) -> bool:
    try:
        with audited(
            f"instance.{step.action}",
            actor=actor_of(request),
            about=instance,
            refusals=(services.EnrolmentError,),
        ):
            step.act(name=instance.name)
    except services.EnrolmentError as error:
        messages.warning(request, str(error))
        return False
    messages.success(request, f"{instance} {step.done}.")
    return True


def users_write(request: HttpRequest) -> None:
    """Have nats-server obey, or say what its operator has to do."""
    try:
        if not services.nats_users_write():
            messages.warning(request, TELL)
    except EmbeddedServerError as error:
        messages.error(request, str(error))
