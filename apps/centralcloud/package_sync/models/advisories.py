"""Advisories in OSV schema, the packages and versions they affect, and what was told of them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from apps.centralcloud.package_sync.models.packages import VERSION_LENGTH, Package, Version


class Advisory(models.Model):
    """One advisory; the document with the latest ``modified_at`` holds.

    One that a registry hands out (``by_registry``) says less, and holds only as long as no source
    of advisories has one with the same id. ``severity`` is none, low, medium, high or critical,
    from ``score`` (CVSS base score, 0 to 10) or from what the database says; empty where neither is
    there. ``source`` says where it came from. Aliases of one vulnerability share ``group``: the
    smallest of their ids.
    """

    osv_id = models.CharField(max_length=100, unique=True)
    group = models.CharField(max_length=100, db_index=True)
    aliases = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    summary = models.TextField(blank=True)
    details = models.TextField(blank=True)
    severity = models.CharField(max_length=10, blank=True)
    score = models.FloatField(null=True, blank=True)
    vector = models.CharField(max_length=200, blank=True)
    references = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=120)
    by_registry = models.BooleanField(default=False)
    published_at = models.DateTimeField(null=True, blank=True)
    modified_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "advisories"
        ordering: ClassVar = ["-published_at", "osv_id"]
        indexes: ClassVar = [GinIndex(fields=["aliases"], name="advisory_aliases")]

    def __str__(self) -> str:
        return self.osv_id


class Affected(models.Model):
    """A package that an advisory names. ``ranges`` and ``listed`` are OSV's, as they stand there.

    ``matched`` is the digest of the package's versions that this was last matched against.
    """

    advisory = models.ForeignKey(Advisory, models.CASCADE, related_name="affected", db_index=False)
    purl = models.CharField(max_length=500, db_index=True)
    package = models.ForeignKey(
        Package, models.SET_NULL, null=True, blank=True, related_name="affected"
    )
    ranges = models.JSONField(default=list, blank=True)
    listed = ArrayField(models.CharField(max_length=VERSION_LENGTH), default=list, blank=True)
    fixed = ArrayField(models.CharField(max_length=VERSION_LENGTH), default=list, blank=True)
    matched = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name_plural = "affected"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["advisory", "purl"], name="affected_once"),
        ]

    def __str__(self) -> str:
        return self.purl


class AffectedVersion(models.Model):
    """A version that an advisory affects; ``fixed`` is the next version that it does not."""

    affected = models.ForeignKey(Affected, models.CASCADE, related_name="versions", db_index=False)
    version = models.ForeignKey(Version, models.CASCADE, related_name="affected")
    fixed = models.CharField(max_length=VERSION_LENGTH, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["affected", "version"], name="affected_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.affected_id} {self.version_id}"


class AdvisoryTelling(models.Model):
    """What instances were told of a package: ``key`` is the id that the message carries."""

    key = models.CharField(max_length=100, primary_key=True)
    package = models.ForeignKey(Package, models.CASCADE, related_name="tellings")
    kind = models.CharField(max_length=12)
    revision = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-revision"]

    def __str__(self) -> str:
        return self.key
