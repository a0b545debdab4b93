"""Instances in the admin: how each is, what it does and has, and a way to shut it out."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action, display

from apps.centralcloud.fleet.admin.base import FleetAdmin
from apps.centralcloud.fleet.admin.enrolling import can_enrol, can_rotate, enrol_page, rotate_page
from apps.centralcloud.fleet.admin.filters import ConditionFilter
from apps.centralcloud.fleet.admin.shutting_out import REVOKE, WITHDRAW, shut_out
from apps.centralcloud.fleet.display import VARIANTS, shown
from apps.centralcloud.fleet.models import Instance
from apps.centralcloud.fleet.parts import parts_of
from apps.centralcloud.fleet.selectors.listing import Listed, condition_of
from apps.shared.core.templatetags.figures import duration

KEYS_SHOWN = 20


@admin.register(Instance)
class FleetInstanceAdmin(FleetAdmin):
    """The members of the fleet, by name."""

    list_display = ("title", "condition", "heard", "version", "patterns", "queued")
    list_filter = (ConditionFilter, "mode")
    list_per_page = 25
    search_fields = ("name", "note")
    search_help_text = "Name or note"
    actions = ("revoke", "withdraw")
    change_list_template = "fleet/instances.html"
    change_form_template = "fleet/instance.html"
    custom_urls = (
        ("enroll", "fleet_enroll", enrol_page),
        ("<slug:object_id>/rotate", "fleet_rotate", rotate_page),
    )
    fields = ("enrolled_at", "withdrawn_at", "heard_at", "told_at", "started_at")

    @display(description="Instance", header=True, ordering="name")
    def title(self, instance: Instance) -> tuple[str, str]:
        """Name, and what people wrote of it."""
        return instance.name, instance.note

    @display(description="Condition", label=VARIANTS)
    def condition(self, instance: Instance) -> str:
        """How it is now."""
        return condition_of(instance, now=timezone.now())

    @display(description="Heard", ordering="heard_at", empty_value="never")
    def heard(self, instance: Instance) -> str | None:
        """How long ago."""
        ago = shown(Listed(instance, ""), now=timezone.now()).ago
        return None if ago is None else f"{duration(ago)} ago"

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Who may change instances may shut them out."""
        return request.user.has_perm("fleet.change_instance")

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        """Who may delete instances may have their contributions removed."""
        return request.user.has_perm("fleet.delete_instance")

    @action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Instance]) -> HttpResponse | None:
        """Shut the chosen out."""
        return shut_out(self, request, queryset, REVOKE)

    @action(description="Withdraw", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Instance]) -> HttpResponse | None:
        """Shut the chosen out and remove what they contributed."""
        return shut_out(self, request, queryset, WITHDRAW)

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """Whether who looks may enrol one."""
        return {"can_enrol": can_enrol(request)}

    def row_context(self, request: HttpRequest, row: Instance) -> dict[str, Any]:
        """How it is, its keys, and what may be done."""
        now = timezone.now()
        enrolled = row.state == Instance.State.ENROLLED
        gone = row.state == Instance.State.WITHDRAWN
        return {
            "one": shown(Listed(row, condition_of(row, now=now)), now=now),
            "keys": row.keys.all()[:KEYS_SHOWN],
            "parts": parts_of(request, row.name),
            "can_rotate": enrolled and can_rotate(request),
            "can_revoke": enrolled and self.has_revoke_permission(request),
            "can_withdraw": not gone and self.has_withdraw_permission(request),
        }
