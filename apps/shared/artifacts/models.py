"""Bundles that this site holds on its disk."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Artifact(models.Model):
    """A bundle below the state folder, verified when it came; ``digest`` is its manifest's.

    ``size`` is the sum of its files, in bytes; ``files`` maps paths to [SHA-256, size]. The row
    outlives its bundle: ``removed_at`` says when nobody needed that any more.
    """

    instance = models.CharField(max_length=63)
    digest = models.CharField(max_length=71)
    label = models.CharField(max_length=160, blank=True, help_text="The version of its model.")
    size = models.BigIntegerField()
    files = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "digest"], name="artifact_once"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^sha256:[0-9a-f]{64}$"), name="artifact_digest"
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.digest
