"""What every learned fact has: whose it is, since when it is known, and when it last changed."""

from __future__ import annotations

from django.db import models


class Learned(models.Model):
    """A fact about one code base, kept as state.

    ``revision`` is that of the mining that last changed the fact, so that whoever passes facts on
    asks for those above the last one passed. A fact that holds no more stays, ``withdrawn_at``
    set, until it holds again.
    """

    instance = models.CharField(max_length=63)
    codebase = models.ForeignKey(
        "ingestion.Codebase",
        models.CASCADE,
        verbose_name="code base",
        related_name="+",
        db_constraint=False,
        db_index=False,
    )  # the constraint, which deletes with it, is in the migrations; an index begins with it
    revision = models.BigIntegerField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(help_text="When it was last found to hold.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
