"""Messages on their way out, those that came in, those set aside, and how the bridge is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class OutboxMessage(models.Model):
    """A message to send, written with the fact that it tells.

    ``event_id`` is its CloudEvents id. ``order_key`` names what it is about: messages of one key
    are sent in order. ``state_key`` names the state that it tells, and ``since`` the revision that
    the state was told up to before: an unsent message can be taken back and told anew with what
    came after it. Once sent, the row is the record that it left; so it is where it may have left.
    """

    instance = models.CharField(max_length=63)
    event_id = models.UUIDField(unique=True)
    subject = models.CharField(max_length=200)
    order_key = models.CharField(max_length=120, blank=True)
    state_key = models.CharField(max_length=120, blank=True)
    since = models.BigIntegerField(default=0)
    data = models.BinaryField()
    size = models.IntegerField(help_text="Bytes of data.")
    fields = models.JSONField(default=dict, help_text="Its fields, lists as their lengths.")
    traceparent = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    claimed_by = models.CharField(max_length=40, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    attempts = models.IntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    may_have_left = models.BooleanField(
        default=False, help_text="It was on its way, and whether it arrived was never heard."
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    set_aside_at = models.DateTimeField(
        null=True, blank=True, help_text="It can never be sent as it is; the error says why."
    )

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name = "message out"
        verbose_name_plural = "messages out"
        indexes: ClassVar = [
            models.Index(
                fields=["instance", "id"], condition=Q(sent_at=None), name="outbox_unsent"
            ),
            models.Index(
                fields=["instance", "order_key", "id"],
                condition=Q(sent_at=None),
                name="outbox_unsent_by_key",
            ),
            models.Index(
                fields=["instance", "state_key"],
                condition=Q(sent_at=None),
                name="outbox_unsent_state",
            ),
            models.Index(
                fields=["instance", "-sent_at"],
                condition=Q(sent_at__isnull=False),
                name="outbox_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.event_id}"


class InboxMessage(models.Model):
    """That a message was applied: its unique id is what keeps it from being applied twice."""

    receiver = models.CharField(max_length=63)
    event_id = models.CharField(max_length=200)
    source = models.CharField(max_length=100)
    subject = models.CharField(max_length=200)
    received_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "message in"
        verbose_name_plural = "messages in"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["receiver", "event_id"], name="inbox_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["receiver", "received_at"], name="inbox_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.event_id}"


class DeadLetter(models.Model):
    """A message that was set aside with its reason, to be looked at and perhaps replayed."""

    receiver = models.CharField(max_length=63)
    reason = models.CharField(max_length=30)
    detail = models.TextField(blank=True)
    subject = models.CharField(max_length=200)
    event_id = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=200, blank=True)
    headers = models.JSONField(default=dict)
    data = models.BinaryField()
    size = models.IntegerField(help_text="Bytes of data; of a message too large only a part.")
    stream = models.CharField(max_length=40)
    sequence = models.BigIntegerField()
    stored_at = models.DateTimeField(help_text="When the stream took it.")
    set_aside_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["receiver", "stream", "sequence", "stored_at"], name="dead_letter_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


class Refusals(models.Model):
    """How many messages of a sender were refused on a day, more than are kept as dead letters.

    ``sender`` is empty where nobody known is named: it cannot be filled with made-up names.
    """

    receiver = models.CharField(max_length=63)
    day = models.DateField()
    reason = models.CharField(max_length=30)
    sender = models.CharField(max_length=100, blank=True)
    count = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-day", "-count"]
        verbose_name_plural = "refusals"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["receiver", "day", "reason", "sender"], name="refusals_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count:,} of {self.sender or 'nobody known'}: {self.reason}"


class BridgeState(models.Model):
    """How the connection is, as the bridge last wrote it; the dashboard reads this row."""

    name = models.CharField(max_length=63, primary_key=True)
    connected = models.BooleanField(default=False)
    detail = models.CharField(max_length=500, blank=True)
    server = models.CharField(max_length=200, blank=True)
    pending = models.BigIntegerField(null=True, help_text="Messages not yet applied.")
    since = models.DateTimeField()
    heartbeat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {'connected' if self.connected else self.detail}"
