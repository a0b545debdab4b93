"""Code patterns, how their support went, and the places that break their rules."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.models.learned import Learned


class CodePattern(Learned):
    """An idiom, API usage, rule, convention or group of clones of one code base.

    ``rank`` counts from 1 within the kind and language, by the kind's own measure (``score``).
    ``examples`` are places: path, first and last line. They and ``details`` stay here; what of a
    pattern may leave is for ``publishing`` to say.
    """

    kind = models.CharField(
        max_length=20, choices=[(kind.value, kind.value) for kind in PatternKind]
    )
    language = models.CharField(max_length=30)
    signature = models.CharField(max_length=80)
    template = models.TextField()
    occurrences = models.IntegerField()
    files = models.IntegerField()
    confidence = models.FloatField(null=True, blank=True, help_text="Between 0 and 1.")
    score = models.FloatField()
    rank = models.IntegerField()
    details = models.JSONField(default=dict, blank=True)
    examples = models.JSONField(default=list, blank=True)

    class Meta:
        ordering: ClassVar = ["rank", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["codebase", "signature"], name="pattern_signature"),
            models.CheckConstraint(
                condition=Q(occurrences__gte=1, files__gte=1, files__lte=F("occurrences")),
                name="pattern_support",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="pattern_confidence",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["codebase", "kind", "rank"], name="pattern_by_rank"),
            models.Index(fields=["codebase", "revision"], name="pattern_by_revision"),
            models.Index(fields=["instance", "signature"], name="pattern_by_signature"),
        ]

    def __str__(self) -> str:
        return self.template.partition("\n")[0][:120]


class PatternSupport(models.Model):
    """The support of a pattern from one mining on, until the next row; 0 where it was withdrawn."""

    pattern = models.ForeignKey(
        CodePattern, models.CASCADE, related_name="history", db_constraint=False, db_index=False
    )
    revision = models.BigIntegerField()
    mined_at = models.DateTimeField()
    occurrences = models.IntegerField()
    files = models.IntegerField()

    class Meta:
        ordering: ClassVar = ["pattern", "revision"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["pattern", "revision"], name="support_revision"),
        ]

    def __str__(self) -> str:
        return f"{self.occurrences} in {self.files} files"


class Finding(Learned):
    """A place that breaks a strong rule; withdrawn once it is mended."""

    fingerprint = models.CharField(max_length=64, help_text="Of rule, path and symbol.")
    pattern = models.ForeignKey(
        CodePattern, models.CASCADE, related_name="findings", db_constraint=False
    )
    path = models.TextField()
    symbol = models.TextField(blank=True)
    start_line = models.IntegerField()
    end_line = models.IntegerField()
    message = models.TextField()

    class Meta:
        ordering: ClassVar = ["path", "start_line", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["codebase", "fingerprint"], name="finding_fingerprint"),
        ]

    def __str__(self) -> str:
        return f"{self.path}:{self.start_line}: {self.message}"
