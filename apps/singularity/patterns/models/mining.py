"""How far mining is: what each file told, and the last run of each code base."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class FileFacts(models.Model):
    """What one file told the miners, as packed by ``engine.packing``.

    ``file_revision`` and ``version`` name the text and the code that it was read from and by;
    where either differs from today's, the file is read again.
    """

    instance = models.CharField(max_length=63)
    codebase = models.ForeignKey(
        "ingestion.Codebase",
        models.CASCADE,
        verbose_name="code base",
        related_name="+",
        db_constraint=False,
    )
    file = models.OneToOneField(
        "ingestion.File", models.CASCADE, related_name="+", db_constraint=False
    )
    file_revision = models.BigIntegerField()
    version = models.CharField(max_length=60)
    packed = models.BinaryField()

    class Meta:
        verbose_name_plural = "file facts"

    def __str__(self) -> str:
        return f"facts of file {self.file_id}"


class Mining(models.Model):
    """The last mining of a code base.

    ``revision`` counts minings that changed something and only grows; ``codebase_revision`` and
    ``version`` are those it was mined at, so that a run with nothing new to read ends at once.
    """

    instance = models.CharField(max_length=63)
    codebase = models.OneToOneField(
        "ingestion.Codebase",
        models.CASCADE,
        verbose_name="code base",
        related_name="+",
        db_constraint=False,
    )
    revision = models.BigIntegerField(default=0)
    codebase_revision = models.BigIntegerField(default=-1)
    version = models.CharField(max_length=60, blank=True)
    files = models.IntegerField(default=0, help_text="Files with a syntax tree.")
    nodes = models.BigIntegerField(default=0, help_text="Nodes of all trees.")
    mined_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(revision__gte=0), name="mining_revision_grows"
            ),
        ]

    def __str__(self) -> str:
        return f"mining of code base {self.codebase_id}"
