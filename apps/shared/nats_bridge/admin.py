"""Messages in the admin: what left, what waits, what came, what was set aside and why."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display

from apps.shared.access.audit import Outcome, actor_of, audit_record
from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.nats_bridge.models import DeadLetter, InboxMessage, OutboxMessage, Refusals
from apps.shared.nats_bridge.services.replaying import dead_letter_replay
from apps.shared.nats_bridge.services.sending import outbox_send_again
from apps.shared.nats_bridge.wiring import site_wiring

DATA_SHOWN = 20_000


class StateFilter(DropdownFilter):
    """Messages out by how far they are."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The three states."""
        return [("waiting", "waiting"), ("aside", "cannot be sent"), ("sent", "sent")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Messages in the state."""
        if self.value() == "sent":
            return queryset.exclude(sent_at=None)
        if self.value() in ("waiting", "aside"):
            waiting = self.value() == "waiting"
            return queryset.filter(sent_at=None, set_aside_at__isnull=waiting)
        return queryset


class MessageAdmin(InstanceAdmin):
    """Rows of this site, which ``owner`` names."""

    owner = "receiver"
    list_per_page = 25

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Messages of this site alone; their data is loaded on their own page only."""
        rows: QuerySet[Any] = super(InstanceAdmin, self).get_queryset(request)
        return rows.filter(**{self.owner: settings.IDENTITY.name})

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Who may have a message tried again."""
        meta = self.opts
        return bool(request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}"))

    @display(description="Data")
    def data_shown(self, row: Any) -> str:
        """The beginning of the data, as text."""
        text = bytes(row.data[:DATA_SHOWN]).decode(errors="replace")
        return format_html('<pre class="whitespace-pre-wrap break-all">{}</pre>', text)


@admin.register(OutboxMessage)
class OutboxMessageAdmin(MessageAdmin):
    """What left, and what waits to leave."""

    owner = "instance"
    list_display = ("subject", "state", "size", "created_at")
    list_filter = (StateFilter, "subject")
    ordering = ("-id",)
    actions = ("send_again",)
    fields = (
        *("subject", "event_id", "state", "created_at", "sent_at", "attempts", "error"),
        *("order_key", "state_key", "since", "size", "fields", "data_shown"),
    )
    readonly_fields = ("state", "data_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lists leave the data where it is."""
        return super().get_queryset(request).defer("data")

    @display(description="State")
    def state(self, row: OutboxMessage) -> str:
        """How far it is, and why no farther."""
        if row.sent_at is not None:
            return f"sent {row.sent_at:%Y-%m-%d %H:%M:%S}"
        if row.set_aside_at is not None:
            return f"cannot be sent: {row.error}"
        return f"waiting after {row.attempts} attempts: {row.error}" if row.error else "waiting"

    @action(description="Send again", permissions=["again"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> None:
        """Try those that could not be sent once more."""
        ids = list(queryset.values_list("id", flat=True))
        with transaction.atomic():
            number = outbox_send_again(ids=ids)
            audit_record("message.send_again", actor=actor_of(request), messages=number)
        messages.success(request, f"{number:,} messages wait to be sent again.")


@admin.register(InboxMessage)
class InboxMessageAdmin(MessageAdmin):
    """What came and was applied."""

    list_display = ("subject", "source", "received_at", "event_id")
    list_filter = ("subject",)
    search_fields = ("event_id", "source")
    search_help_text = "Event id or sender"


@admin.register(DeadLetter)
class DeadLetterAdmin(MessageAdmin):
    """What was set aside, with the reason; it can be replayed."""

    list_display = ("subject", "reason", "source", "short", "set_aside_at", "replayed_at")
    list_filter = ("reason", "subject", ("replayed_at", admin.EmptyFieldListFilter))
    search_fields = ("source", "event_id", "detail")
    search_help_text = "Sender, event id or detail"
    actions = ("replay",)
    fields = (
        *("subject", "reason", "detail", "source", "event_id", "stream", "sequence"),
        *("stored_at", "set_aside_at", "attempts", "replayed_at", "headers", "size"),
        "data_shown",
    )
    readonly_fields = ("data_shown",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Lists leave the data where it is."""
        return super().get_queryset(request).defer("data")

    @display(description="Detail")
    def short(self, row: DeadLetter) -> str:
        """The beginning of the detail."""
        return row.detail[:120]

    @action(description="Replay", permissions=["again"])
    def replay(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> None:
        """Verify and apply the chosen ones again."""
        wiring = site_wiring()
        for number in queryset.order_by("id").values_list("id", flat=True):
            with transaction.atomic():
                replayed = dead_letter_replay(letter_id=number, wiring=wiring)
                outcome = Outcome.REFUSED if replayed.problem else Outcome.DONE
                audit_record(
                    "dead_letter.replay",
                    actor=actor_of(request),
                    about=f"#{number}",
                    outcome=outcome,
                )
            if replayed.problem:
                messages.warning(request, f"#{number} stays: {replayed.problem}")
            else:
                messages.success(request, f"#{number} is applied.")


@admin.register(Refusals)
class RefusalsAdmin(MessageAdmin):
    """How many messages were refused on a day, by sender and reason."""

    list_display = ("day", "reason", "sender", "count")
    list_filter = ("reason",)
    search_fields = ("sender",)
    search_help_text = "Sender"
