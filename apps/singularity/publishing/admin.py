"""The egress ledger in the admin: each message that left, and exactly what it said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from apps.shared.contracts.subjects import MESSAGES, Way
from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.dashboard.charts import Chart, Series, bar_chart, line_chart
from apps.shared.nats_bridge.reading import Left
from apps.singularity.ingestion.admin.filters import ChoiceFilter
from apps.singularity.publishing.models import EgressMessage
from apps.singularity.publishing.selectors.ledger import bundles_left, days_left, refused_now
from apps.singularity.publishing.services.heartbeat import heartbeat

BUNDLES_SHOWN = 20
ROOT = "intelligence."
"""How every subject begins."""


class SubjectFilter(ChoiceFilter):
    """By subject."""

    title = "subject"
    parameter_name = "subject"
    pairs = [(one.subject, one.subject) for one in MESSAGES if one.way == Way.UP]


@admin.register(EgressMessage)
class EgressAdmin(InstanceAdmin):
    """All messages that left, newest first."""

    list_display = ("sent_at", "subject", "facts_told", "data_size")
    list_filter = (SubjectFilter,)
    ordering = ("-sent_at", "-id")
    fields = ("event_id", "subject", "created_at", "sent_at", "heard", "data_size", "facts_told")
    readonly_fields = fields
    change_list_template = "publishing/ledger.html"
    change_form_template = "publishing/message.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """The data is read on a message's own page."""
        return super().get_queryset(request).defer("data")

    @admin.display(description="Facts")
    def facts_told(self, message: EgressMessage) -> str:
        """How many facts it carries."""
        return f"{message.facts:,}"

    @admin.display(description="Acknowledged", boolean=True)
    def heard(self, message: EgressMessage) -> bool:
        """Whether it is known to have arrived; of the others only that it may have left."""
        return not message.may_have_left

    @admin.display(description="Size")
    def data_size(self, message: EgressMessage) -> str:
        """Its data."""
        return filesizeformat(message.size)

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        """What left on each day, which models did, what is refused, and the sign of life."""
        alive, days = heartbeat(), days_left()
        return {
            "days": list(days.items()),
            "charts": _charts(days),
            "bundles": list(bundles_left()[:BUNDLES_SHOWN]),
            "refused": refused_now(),
            "heartbeat": alive.model_dump_json(exclude_defaults=True) if alive else "",
        }

    def row_context(self, request: HttpRequest, row: EgressMessage) -> dict[str, Any]:
        """Its data as it left."""
        return {"said": bytes(row.data).decode()}


def _charts(days: Mapping[date, Left]) -> list[Chart]:
    """Messages of each day since the first, also of those without any, and of each subject."""
    if not days:
        return []
    today = timezone.now().date()
    every = [min(days) + timedelta(number) for number in range((today - min(days)).days + 1)]
    points = [
        (datetime.combine(day, time(), tzinfo=UTC), days[day].messages if day in days else 0)
        for day in every
    ]
    subjects = sum((left.subjects for left in days.values()), Counter[str]())
    named = [(subject.removeprefix(ROOT), number) for subject, number in subjects.most_common()]
    by_day = [line_chart("Messages a day", [Series("", points)])] if len(points) > 1 else []
    return [*by_day, bar_chart("Messages by subject", named)]
