"""What each instance says of its code bases, and what that adds up to over the fleet."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Subject(models.TextChoices):
    """What a fact is about; the values are those of the contracts."""

    PATTERN = "pattern"
    ARCHITECTURE = "architecture"
    FRAMEWORK = "framework"
    PACKAGE = "package"


class Stated(models.Model):
    """How far one code base has told what it holds of a subject.

    ``floor``: facts under a lower revision hold no more. ``revision`` is the highest received.
    Whoever changes contributions of a code base locks its row here first.
    """

    instance = models.CharField(max_length=63)
    codebase = models.CharField(max_length=32)
    subject = models.CharField(max_length=12, choices=Subject)
    floor = models.BigIntegerField(default=0)
    revision = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "stated"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "codebase", "subject"], name="stated_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} of {self.instance} {self.codebase[:8]}"


class Contribution(models.Model):
    """One fact as it holds in one code base of one instance: the one of the highest revision.

    ``key`` is a signature, an architecture or framework key, or a purl. ``kind`` is a pattern's
    kind, a framework's category, a package's ecosystem (the type of its purl). ``name`` is what
    people read: a template, a name, a purl. A withdrawn fact stays, without its content but with
    its revision, so that an older message cannot bring it back. Times are by the sender's clock,
    but never later than the stream took the message.
    """

    subject = models.CharField(max_length=12, choices=Subject)
    instance = models.CharField(max_length=63)
    codebase = models.CharField(max_length=32)
    key = models.CharField(max_length=500)
    revision = models.BigIntegerField()
    withdrawn = models.BooleanField(default=False)
    kind = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=30, blank=True)
    name = models.TextField(blank=True)
    occurrences = models.BigIntegerField(default=0)
    files = models.BigIntegerField(default=0)
    opportunities = models.BigIntegerField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)
    first_seen_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instance", "codebase", "subject", "key"], name="contribution_once"
            ),
            models.CheckConstraint(
                condition=Q(occurrences__gte=0, files__gte=0), name="contribution_support"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn=True, withdrawn_at__isnull=False)
                | Q(withdrawn=False, withdrawn_at=None),
                name="contribution_withdrawn",
            ),
        ]
        indexes: ClassVar = [
            # All four columns: whichever index the planner takes for one row, it finds one row,
            # also before it has statistics of the table.
            models.Index(fields=["subject", "key", "instance", "codebase"], name="contribution_to"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.instance}"


class GlobalFact(models.Model):
    """What the contributions to one key add up to; a key that nobody has now has no row.

    ``kind``, ``language`` and ``name`` are the content that most instances tell, ``tellers`` how
    many tell exactly that, and ``shown`` that they are enough for others to see it. ``eligible``
    instances could have it: those of its population. ``share`` of them have; ``confidence`` is the
    lower bound of the Wilson score interval of that share at 95 %. ``joined`` and ``left`` count
    instances of the last four weeks, ``trend`` is their difference; from ``revisit_at`` on they
    are others. ``details`` has ``versions``: instances by version, for packages and frameworks.
    ``aggregated_at`` is when adding up last changed the row.
    """

    subject = models.CharField(max_length=12, choices=Subject)
    key = models.CharField(max_length=500)
    kind = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=30, blank=True)
    name = models.TextField(blank=True)
    tellers = models.IntegerField(default=0)
    shown = models.BooleanField(default=False)
    instances = models.IntegerField()
    codebases = models.IntegerField(verbose_name="code bases")
    occurrences = models.BigIntegerField()
    files = models.BigIntegerField(default=0)
    opportunities = models.BigIntegerField(null=True, blank=True)
    eligible = models.IntegerField()
    share = models.FloatField()
    confidence = models.FloatField()
    joined = models.IntegerField(default=0)
    left = models.IntegerField(default=0)
    trend = models.IntegerField(default=0)
    details = models.JSONField(default=dict, blank=True)
    first_seen_at = models.DateTimeField(null=True, blank=True)
    first_seen_instance = models.CharField(max_length=63, blank=True)
    revisit_at = models.DateTimeField(null=True, blank=True)
    aggregated_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-instances", "-confidence", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "key"], name="fact_once"),
            models.CheckConstraint(
                condition=Q(share__gte=0, share__lte=1, confidence__gte=0, confidence__lte=1),
                name="fact_share",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["subject", "-instances", "-confidence"],
                condition=Q(shown=True),
                name="fact_shown",
            ),
            models.Index(fields=["-instances", "-confidence", "id"], name="fact_first"),
            models.Index(
                fields=["revisit_at"], condition=Q(revisit_at__isnull=False), name="fact_revisit"
            ),
        ]

    def __str__(self) -> str:
        return self.name.partition("\n")[0][:120] or self.key


class DirtyFact(models.Model):
    """A key whose contributions have changed since it was last added up.

    Rows are only ever added and taken away, so nobody waits for another to mark the same key.
    Who adds up locks a ``bucket`` of keys.
    """

    subject = models.CharField(max_length=12, choices=Subject)
    key = models.CharField(max_length=500)
    bucket = models.SmallIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["bucket"], name="dirty_by_bucket")]

    def __str__(self) -> str:
        return self.key


class Member(models.Model):
    """An instance of a population: those that could have a fact.

    A population is ``pattern:LANGUAGE``, ``package:ECOSYSTEM``, or ``any``.
    """

    population = models.CharField(max_length=100)
    instance = models.CharField(max_length=63)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["population", "instance"], name="member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.instance} of {self.population}"


class DirtyMember(models.Model):
    """An instance that may have joined a population or left it."""

    population = models.CharField(max_length=100)
    instance = models.CharField(max_length=63)

    def __str__(self) -> str:
        return f"{self.instance} of {self.population}"


class AddingUp(models.Model):
    """How facts were last added up: one row, with the setting that they stand under."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    min_instances = models.IntegerField()
    aggregated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "adding up"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="adding_up_once"),
        ]

    def __str__(self) -> str:
        return f"added up {self.aggregated_at:%Y-%m-%d %H:%M}"


class InstanceStatistics(models.Model):
    """What an instance last said that it holds."""

    instance = models.CharField(max_length=63, primary_key=True)
    revision = models.BigIntegerField()
    report = models.JSONField()
    reported_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "instance statistics"

    def __str__(self) -> str:
        return f"statistics of {self.instance}"


class StatisticsSnapshot(models.Model):
    """Global statistics as they were at one time.

    ``facts`` are numbers of facts by subject, ``shown`` of those that others may see.
    """

    revision = models.BigIntegerField(unique=True)
    generated_at = models.DateTimeField(db_index=True)
    report = models.JSONField()
    facts = models.JSONField(default=dict)
    shown = models.JSONField(default=dict)

    class Meta:
        ordering: ClassVar = ["-generated_at"]

    def __str__(self) -> str:
        return f"statistics of {self.generated_at:%Y-%m-%d %H:%M}"
