"""Who uses which package: read from what code bases declare, joined with what registries say."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from apps.centralcloud.package_sync.models.packages import VERSION_LENGTH, Package, Version


class ReadCodebase(models.Model):
    """How far the declarations of a code base have been read.

    ``revision`` is the sum of the revisions of its facts, which grows with each of them; ``floor``
    is the one below which nothing holds any more.
    """

    instance = models.CharField(max_length=63)
    codebase = models.CharField(max_length=32)
    revision = models.BigIntegerField()
    floor = models.BigIntegerField()
    read_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "codebase"], name="read_codebase_once"),
        ]

    def __str__(self) -> str:
        return f"{self.instance} {self.codebase[:8]}"


class Use(models.Model):
    """A package that a code base declares."""

    package = models.ForeignKey(Package, models.CASCADE, related_name="uses", db_index=False)
    instance = models.CharField(max_length=63)
    codebase = models.CharField(max_length=32)
    requirements = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    scopes = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    first_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["instance", "codebase", "package"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "codebase", "package"], name="use_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["package", "instance"], name="use_of")]

    def __str__(self) -> str:
        return f"{self.package_id} of {self.instance}"


class UsedVersion(models.Model):
    """A version that a code base has.

    ``pinned``: a lock file says so. Where none does, it is the newest one that all requirements
    allow, as a fresh installation would get it. ``version`` is none where the registry does not
    have it, or was not read yet; ``text`` is then all that is known. ``behind`` counts newer
    releases that are neither withdrawn, yanked nor pre-releases.
    """

    use = models.ForeignKey(Use, models.CASCADE, related_name="versions", db_index=False)
    text = models.CharField(max_length=VERSION_LENGTH)
    pinned = models.BooleanField()
    version = models.ForeignKey(
        Version, models.SET_NULL, null=True, blank=True, related_name="used"
    )
    behind = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["use", "text"], name="used_version_once"),
        ]

    def __str__(self) -> str:
        return self.text
