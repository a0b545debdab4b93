"""What reading a file brings to light besides its chunks."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.singularity.ingestion.models.code import Codebase, File


class SecretFinding(models.Model):
    """A secret that stood in a file: its kind and line, never its value."""

    instance = models.CharField(max_length=63)
    codebase = models.ForeignKey(Codebase, models.CASCADE, related_name="secrets")
    file = models.ForeignKey(File, models.CASCADE, related_name="secrets")
    kind = models.CharField(max_length=80)
    line = models.IntegerField()

    class Meta:
        ordering: ClassVar = ["file_id", "line"]

    def __str__(self) -> str:
        return f"{self.kind}, line {self.line}"


class DeclaredDependency(models.Model):
    """A package that a manifest or a lock file names, as a package URL and a requirement."""

    instance = models.CharField(max_length=63)
    codebase = models.ForeignKey(Codebase, models.CASCADE, related_name="dependencies")
    file = models.ForeignKey(File, models.CASCADE, related_name="dependencies")
    purl = models.CharField(max_length=500)
    requirement = models.TextField(blank=True)
    scope = models.CharField(max_length=40, blank=True)
    locked = models.BooleanField(default=False, help_text="From a lock file: one exact version.")
    line = models.IntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "declared dependencies"
        ordering: ClassVar = ["purl"]
        indexes: ClassVar = [models.Index(fields=["codebase", "purl"], name="dependency_by_purl")]

    def __str__(self) -> str:
        return f"{self.purl} {self.requirement}".strip()
