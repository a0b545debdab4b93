"""Models that the fleet offers, and what became of each here."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class ModelOffer(models.Model):
    """What Centralcloud last said of one version: the contract's ``ModelReady``.

    ``round`` is the contract's ``RoundOffer`` as JSON, empty where no round goes on from it.
    """

    class State(models.TextChoices):
        """How far the fleet is with it."""

        OPEN = "open", "to come (its round is open)"
        CANDIDATE = "candidate", "candidate (instances judge it)"
        PROMOTED = "promoted"
        REJECTED = "rejected", "rejected (it lost to its predecessor)"

    instance = models.CharField(max_length=63)
    version = models.CharField(max_length=160)
    kind = models.CharField(max_length=10)
    scope = models.CharField(max_length=80)
    family = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State)
    architecture = models.CharField(max_length=71, blank=True)
    tokenizer = models.CharField(max_length=71, blank=True)
    artifact = models.CharField(max_length=71, blank=True)
    size = models.BigIntegerField(default=0)
    base = models.CharField(max_length=160, blank=True)
    contributors = models.BigIntegerField()
    metrics = models.JSONField(default=dict)
    round = models.JSONField(default=dict)
    revision = models.BigIntegerField()
    ready_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = "model of the fleet"
        verbose_name_plural = "models of the fleet"
        ordering: ClassVar = ["-ready_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "version"], name="offer_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["instance", "kind", "scope", "family"], name="offer_by_family"),
        ]

    def __str__(self) -> str:
        return self.version


class Adoption(models.Model):
    """How an offer did on this instance's held-out code, and what is used since.

    ``local``, ``aggregate``, ``personalised`` and ``former`` are values of ``metric`` of the bundle
    ``artifact`` and its rivals, all on the same ``code``; ``former`` is that of an aggregate which
    was in use, as it came. ``served`` is the one that was taken or kept, ``version`` its version;
    ``told_revision`` is the judgement's that Centralcloud was told. A step that failed left its
    ``error`` and is tried again at ``due_at``.
    """

    class Served(models.TextChoices):
        """Which of those that were compared answers since."""

        LOCAL = "local"
        AGGREGATE = "aggregate", "the fleet's"
        PERSONALISED = "personalised", "the fleet's, tuned here"
        FORMER = "former", "the fleet's former"
        NONE = "none", "none"

    offer = models.OneToOneField(ModelOffer, models.CASCADE, related_name="adoption")
    artifact = models.CharField(max_length=71, blank=True, help_text="The bundle it was.")
    code = models.CharField(max_length=71, blank=True, help_text="Digest of the code it was.")
    position = models.CharField(max_length=64, blank=True, help_text="Of the code bases then.")
    metric = models.CharField(max_length=80, blank=True)
    local = models.FloatField(null=True, blank=True)
    aggregate = models.FloatField(null=True, blank=True)
    personalised = models.FloatField(null=True, blank=True)
    former = models.FloatField(null=True, blank=True)
    examples = models.BigIntegerField(default=0)
    served = models.CharField(max_length=12, choices=Served, blank=True)
    version = models.CharField(max_length=160, blank=True, help_text="Of the one in use since.")
    adopted = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    revision = models.BigIntegerField(default=0)
    told_revision = models.BigIntegerField(default=0)
    judged_at = models.DateTimeField(null=True, blank=True)
    put_away_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was found that somebody had rolled it back."
    )
    attempts = models.PositiveIntegerField(default=0, help_text="Failed ones in a row.")
    error = models.CharField(max_length=500, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = [F("judged_at").desc(nulls_last=True), "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(judged_at=None) | Q(aggregate__isnull=False, metric__gt=""),
                name="judged_has_numbers",
            ),
            models.CheckConstraint(
                condition=Q(adopted=False) | Q(served__in=["aggregate", "personalised"]),
                name="adopted_is_the_fleets",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id}: {self.served or self.error or 'not judged'}"

    @property
    def explanation(self) -> str:
        """Why it is used or not, and what is to be known besides."""
        said = [self.reason or self.error]
        if self.put_away_at:
            said.append("somebody rolled it back: it is not taken again")
        elif self.adopted and self.offer.state == ModelOffer.State.REJECTED:
            said.append("the fleet rejected it since; it stays as it won here")
        return "; ".join(filter(None, said))
