"""What Centralcloud says of packages that instances use."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, IntegerField, Value, When


class Advisory(models.Model):
    """Something that holds, or held, of a package: the contract's ``AdvisoryPublished``.

    Of each ``key`` the highest revision is kept, also of one that is ``over``, so that an older
    message which comes late does not bring it back. No ``affected`` version means all of them.
    """

    class Kind(models.TextChoices):
        """What is wrong."""

        VULNERABLE = "vulnerable"
        WITHDRAWN = "withdrawn", "withdrawn by its registry"
        DEPRECATED = "deprecated"

    instance = models.CharField(max_length=63)
    key = models.CharField(max_length=100)
    revision = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    purl = models.CharField("package URL", max_length=500)
    name = models.CharField("package", max_length=120)
    advisory = models.CharField(max_length=100, blank=True)
    affected = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    fixed = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    severity = models.CharField(max_length=10, blank=True)
    summary = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    over = models.BooleanField(default=False)
    first_told_at = models.DateTimeField()
    last_told_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "advisories"
        ordering: ClassVar = ["name", "key", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "key"], name="advisory_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.advisory or self.get_kind_display()}"


WORST_FIRST = Case(
    When(severity="critical", then=Value(0)),
    When(severity="high", then=Value(1)),
    When(severity="medium", then=Value(2)),
    When(kind=Advisory.Kind.WITHDRAWN, then=Value(3)),
    When(kind=Advisory.Kind.VULNERABLE, then=Value(4)),
    default=Value(5),
    output_field=IntegerField(),
)
"""What to look at first: how severe it is, then what was taken back, then the rest."""
