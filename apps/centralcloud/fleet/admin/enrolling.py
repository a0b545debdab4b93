"""Enrol an instance from the dashboard, and give one a new key."""

from __future__ import annotations

from typing import Any, Literal

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextInputWidget

from apps.centralcloud.fleet import services
from apps.centralcloud.fleet.admin.shutting_out import users_write
from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.services.pairs import key_give, variables
from apps.shared.access.audit import actor_of


class KeyForm(forms.Form):
    """The key of an instance."""

    public = forms.CharField(
        label="Public key",
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text="Where the instance has drawn its own pair. Left empty, one is drawn here and "
        "its seed is shown once.",
    )


class EnrolForm(KeyForm):
    """Who it is."""

    name = forms.CharField(
        label="Instance ID",
        max_length=63,
        widget=UnfoldAdminTextInputWidget,
        help_text="1 to 63 of the characters a-z, 0-9 and -, not at either end.",
    )
    note = forms.CharField(
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text="What people should know of it.",
    )
    field_order = ("name", "note", "public")


def can_enrol(request: HttpRequest) -> bool:
    """Who may add instances."""
    return bool(request.user.has_perm("fleet.add_instance"))


def can_rotate(request: HttpRequest) -> bool:
    """Who may change instances may give them a new key."""
    return bool(request.user.has_perm("fleet.change_instance"))


def enrol_page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """The form, and once it is filled in, what to set at the instance."""
    if not can_enrol(request):
        raise PermissionDenied
    form = EnrolForm(request.POST if request.method == "POST" else None)
    done = None
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        done = _keyed(request, form, "enroll", given["name"], note=given["note"])
    shown = {"title": "Enrol an instance", "verb": "Enrol"}
    return _page(request, model_admin, form, shown, done)


def rotate_page(request: HttpRequest, object_id: str, model_admin: Any) -> HttpResponse:
    """What a new key means, and once it is asked for, what to set at the instance."""
    if not can_rotate(request):
        raise PermissionDenied
    instance = get_object_or_404(Instance, pk=object_id)
    form = KeyForm(request.POST if request.method == "POST" else None)
    done = None
    if form.is_bound and form.is_valid():
        done = _keyed(request, form, "rotate", instance.name)
    shown = {
        "title": f"A new key for {instance.name}",
        "verb": "Give it a new key",
        "question": "The old key lets nobody in any more; it verifies what is in flight.",
    }
    return _page(request, model_admin, form, shown, done)


def _keyed(
    request: HttpRequest, form: KeyForm, verb: Literal["enroll", "rotate"], name: str, **said: str
) -> dict[str, Any] | None:
    """What the page shows of an instance that has its key now; None where it was refused."""
    public = form.cleaned_data["public"].strip()
    try:
        pair = key_give(verb=verb, name=name, public=public, actor=actor_of(request), **said)
    except services.EnrolmentError as error:
        form.add_error(None, str(error))
        return None
    users_write(request)
    lines = {key: value for key, value in variables(name, pair.seed).items() if value}
    return {"name": name, "lines": lines}


def _page(
    request: HttpRequest,
    model_admin: Any,
    form: KeyForm,
    shown: dict[str, str],
    done: dict[str, Any] | None,
) -> HttpResponse:
    each = model_admin.admin_site.each_context(request)
    context = each | shown | {"form": form, "done": done, "opts": model_admin.opts}
    return TemplateResponse(request, "fleet/enrol.html", context)
