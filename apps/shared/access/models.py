"""Tokens of the REST API, and what people did."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from knox.models import AbstractAuthToken


class Scope(models.TextChoices):
    """What a token may be used for, beside what the account of its owner may do."""

    READ = "read", "read (everything that the owner may see)"
    OPERATE = "operate", "operate (start, cancel, replay, mark)"
    ADMINISTER = "administer", "administer (enrol, revoke, accounts, tokens)"


class ApiToken(AbstractAuthToken):
    """A token of one account: it may do what the account may, within its scopes, until it ends."""

    name = models.CharField(max_length=100, help_text="What uses it.")
    scopes = ArrayField(models.CharField(max_length=12, choices=Scope), default=list)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the hour.")

    class Meta:
        ordering: ClassVar = ["-created"]
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key})"


class AuditEntry(models.Model):
    """One thing that somebody did, or tried to: written with it, and never changed.

    ``actor`` stays when the account is gone. ``action`` names what was done as ``noun.verb``.
    """

    class Via(models.TextChoices):
        """The way it came."""

        DASHBOARD = "dashboard"
        API = "api", "API"
        COMMAND = "command"

    class Outcome(models.TextChoices):
        """Whether it was done."""

        DONE = "done"
        REFUSED = "refused"

    instance = models.CharField(max_length=63)
    at = models.DateTimeField(auto_now_add=True)
    actor = models.CharField(max_length=150)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    via = models.CharField(max_length=10, choices=Via)
    address = models.GenericIPAddressField(null=True, blank=True)
    action = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=60, blank=True, help_text="app.model")
    target_id = models.CharField(max_length=100, blank=True)
    target = models.CharField(max_length=300, blank=True, help_text="As people read it.")
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.DONE)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit log"
        indexes: ClassVar = [
            models.Index(fields=["instance", "-id"], name="audit_newest"),
            models.Index(fields=["target_kind", "target_id", "-id"], name="audit_of_target"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.action} {self.target}".rstrip()
