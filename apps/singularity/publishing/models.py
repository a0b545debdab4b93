"""What was told of each code base: how far, under which name, and what became of each fact."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

from apps.shared.nats_bridge.models import OutboxMessage
from apps.shared.nats_bridge.reading import facts_of
from apps.singularity.publishing.engine.subjects import Subject


def new_key() -> str:
    """What a code base is called outside: random, so that it says nothing."""
    return secrets.token_hex(16)


class PublishedCodebase(models.Model):
    """A code base under the name that others know it by.

    ``codebase`` is ingestion's id, kept as a number: the row outlives the code base, so that what
    was told of one that was deleted can be taken back. ``withdrawn_at`` is set when all of it was
    taken back, by hand or because the code base is gone; the schedule leaves such a one alone.
    """

    instance = models.CharField(max_length=63)
    codebase = models.BigIntegerField()
    name = models.CharField(max_length=120, help_text="What it is called here; never leaves.")
    key = models.CharField(max_length=32, unique=True, default=new_key, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "published code base"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "codebase"], name="published_codebase"),
        ]

    def __str__(self) -> str:
        return self.name


class PublishedState(models.Model):
    """How far one subject of a code base was told.

    ``source_revision`` is the revision of mining that it was told up to; ``digest`` names all
    facts of a subject that has no revision of its own. ``revision`` and ``floor`` are those of the
    contract, as last told; 0 says that nothing was. ``policy`` names the rules it was told by.
    """

    instance = models.CharField(max_length=63)
    codebase = models.ForeignKey(PublishedCodebase, models.CASCADE, related_name="states")
    subject = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Subject])
    source_revision = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    revision = models.BigIntegerField(default=0)
    floor = models.BigIntegerField(default=0)
    policy = models.CharField(max_length=64, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When it last changed.")
    restated_at = models.DateTimeField(null=True, blank=True, help_text="When all was told.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["codebase", "subject"], name="published_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} of {self.codebase_id}"

    @property
    def is_told(self) -> bool:
        """Whether others may know of a fact of it."""
        return self.revision > 0 and self.restated_at is not None


class PublishedFact(models.Model):
    """What became of one fact: ``told`` since the last complete statement, or ``refused`` and why.

    A fact that was told and holds no more stays until then, so that its withdrawal can be told
    again; one that was never told is never mentioned, not even as withdrawn.
    """

    state = models.ForeignKey(
        PublishedState, models.CASCADE, related_name="facts", db_index=False
    )  # its unique key begins with it
    key = models.CharField(max_length=500)
    told = models.BooleanField()
    refused = models.CharField(max_length=60, blank=True, help_text="Why it does not leave.")
    first_seen_at = models.DateTimeField(help_text="When it was first looked at here.")

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state", "key"], name="published_fact"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["state", "refused"],
                condition=~models.Q(refused=""),
                name="published_refused",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class PublishedReport(models.Model):
    """The revision of the last statistics that were reported."""

    instance = models.CharField(max_length=63, primary_key=True)
    revision = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"statistics of {self.instance}"


class PublishedModel(models.Model):
    """What is told of a model, and the bundle that leaves with it, if any.

    The row stands before the bundle leaves (``left_at``), so that the ledger has all that may have
    left; ``told_at`` is set with the message. ``run`` is the contract's: that of the training, or
    one made up where there was none. ``residual`` names what the codec of a difference lost, to be
    added to the next of its family.
    """

    instance = models.CharField(max_length=63)
    run = models.UUIDField()
    version = models.CharField(max_length=160)
    kind = models.CharField(max_length=10)
    family = models.CharField(max_length=80)
    asked = models.CharField(max_length=12, blank=True, help_text="Empty where nothing leaves.")
    codec = models.CharField(max_length=5, default="fp32")
    round = models.UUIDField(null=True, blank=True)
    artifact = models.CharField(max_length=71, blank=True)
    size = models.BigIntegerField(default=0, help_text="Bytes of the bundle.")
    residual = models.CharField(max_length=160, blank=True)
    stays = models.CharField(max_length=200, blank=True, help_text="Why its bundle stays here.")
    left_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "model that was told of"
        verbose_name_plural = "models that were told of"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "run"], name="published_model"),
            models.CheckConstraint(
                condition=models.Q(left_at=None) | ~models.Q(artifact=""),
                name="published_model_bundle",
            ),
        ]

    def __str__(self) -> str:
        return self.version


class EgressManager(models.Manager["EgressMessage"]):
    """What has left."""

    def get_queryset(self) -> models.QuerySet[EgressMessage]:
        """Sent messages alone."""
        return super().get_queryset().filter(sent_at__isnull=False)


class EgressMessage(OutboxMessage):
    """A message that left: the outbox's own row, so that the ledger cannot say anything else.

    A proxy of another app's model, against the house's rule, as the admin knows no other way to
    give rows a list and a page under a permission of their own.
    """

    objects: ClassVar = EgressManager()

    class Meta:
        proxy = True
        verbose_name = "message that left"
        verbose_name_plural = "egress ledger"
        ordering: ClassVar = ["-sent_at", "-id"]

    @property
    def facts(self) -> int:
        """How many facts it carries."""
        return facts_of(self.fields)
