"""Packages as registries describe them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

PURL_LENGTH = 500
NAME_LENGTH = 300
VERSION_LENGTH = 100


class Package(models.Model):
    """A package by its purl, without a version.

    One that is only depended on or only declared has a row too, in the state ``new``, until its
    registry is asked. ``digest`` is that of the record it was stored from. ``shown``: instances
    may hear of it, because enough of them declare it, an admin wants it, or such a package depends
    on it. ``licence_ids`` are the SPDX identifiers that ``licence`` names. ``words`` are those of
    the name (weight A), the keywords (B) and the summary (C), cut as ``engine.words`` does.
    ``depth`` is how many steps of dependencies lead to it, none where nobody wants it now; it is
    read again at ``due_at``.

    Health facts: ``versions_count`` counts versions that were not withdrawn, ``yanked_count`` the
    yanked ones of them. Releases are those that are no pre-releases, or all where there is no
    other: ``cadence_days`` is the median time between two, ``releases_year`` counts those of the
    last 365 days before the last reading.

    ``instances`` and ``codebases`` count those that use it, ``spread`` the instances by version.
    ``vulnerable``, ``outdated`` and ``obsolete`` speak of the versions that anybody has: advisories
    affect one, newer releases replace one, and one, or the package, is deprecated.
    ``services.use_counts`` works all of these out anew whenever what they follow from changes.
    """

    class State(models.TextChoices):
        """What is known of it."""

        NEW = "new", "not read yet"
        KNOWN = "known"
        MISSING = "missing", "missing (its registry does not have it)"
        UNREAD = "unread", "unread (no registry of its kind is asked)"

    purl = models.CharField(max_length=PURL_LENGTH, unique=True)
    ecosystem = models.CharField(max_length=80)
    namespace = models.CharField(max_length=NAME_LENGTH, blank=True)
    name = models.CharField(max_length=NAME_LENGTH)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    shown = models.BooleanField(default=False)
    digest = models.CharField(max_length=80, blank=True)
    latest = models.CharField(max_length=VERSION_LENGTH, blank=True)
    summary = models.TextField(blank=True)
    licence = models.CharField(max_length=300, blank=True)
    licence_ids = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    keywords = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    homepage = models.CharField(max_length=500, blank=True)
    repository = models.CharField(max_length=500, blank=True)
    deprecated = models.TextField(blank=True)
    maintainers = models.IntegerField(null=True, blank=True)
    downloads = models.BigIntegerField(null=True, blank=True)
    downloads_days = models.IntegerField(default=0)
    first_release_at = models.DateTimeField(null=True, blank=True)
    last_release_at = models.DateTimeField(null=True, blank=True)
    versions_count = models.IntegerField(default=0)
    yanked_count = models.IntegerField(default=0)
    releases_year = models.IntegerField(default=0)
    cadence_days = models.FloatField(null=True, blank=True)
    instances = models.IntegerField(default=0)
    codebases = models.IntegerField(default=0, verbose_name="code bases")
    spread = models.JSONField(default=dict, blank=True)
    vulnerable = models.BooleanField(default=False)
    outdated = models.BooleanField(default=False)
    obsolete = models.BooleanField(default=False)
    words = SearchVectorField(null=True)
    depth = models.SmallIntegerField(
        null=True,
        blank=True,
        help_text="0: declared or wanted; 1: a dependency of such a package; and so on.",
    )
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.SmallIntegerField(default=0, help_text="Failed ones since the last success.")
    read_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["purl"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(versions_count__gte=0, yanked_count__gte=0), name="package_counts"
            ),
        ]
        indexes: ClassVar = [
            GinIndex(fields=["words"], name="package_words"),
            GinIndex(fields=["licence_ids"], name="package_licence_ids"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="package_due"),
            models.Index(fields=["ecosystem", "purl"], name="package_ecosystem"),
            models.Index(
                fields=["-instances", "id"],
                include=["shown", "ecosystem"],  # so that counting reads the index alone
                name="package_most_used",
            ),
            *(
                models.Index(
                    fields=["-instances", "id"], condition=Q(**{name: True}), name=f"package_{name}"
                )
                for name in ("vulnerable", "outdated", "obsolete")
            ),
        ]

    def __str__(self) -> str:
        return self.purl


class Implementation(models.Model):
    """A language that a package is implemented in, with one piece of evidence for it."""

    package = models.ForeignKey(
        Package, models.CASCADE, related_name="implementations", db_index=False
    )
    language = models.CharField(max_length=30)
    evidence = models.CharField(max_length=20)
    detail = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["language", "evidence", "detail"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["package", "language", "evidence", "detail"], name="implementation_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["language", "package"], name="implementation_language")
        ]

    def __str__(self) -> str:
        return f"{self.language}: {self.detail}"


class Version(models.Model):
    """One version of a package. ``position`` grows with the ecosystem's order of versions.

    ``depends`` says whether its dependencies are known, ``needs`` tells one list of them from
    another. A ``withdrawn`` version was there once.
    """

    package = models.ForeignKey(Package, models.CASCADE, related_name="versions", db_index=False)
    version = models.CharField(max_length=VERSION_LENGTH)
    position = models.IntegerField()
    released_at = models.DateTimeField(null=True, blank=True)
    prerelease = models.BooleanField(default=False)
    yanked = models.BooleanField(default=False)
    yanked_reason = models.TextField(blank=True)
    withdrawn = models.BooleanField(default=False)
    deprecated = models.TextField(blank=True)
    size = models.BigIntegerField(null=True, blank=True)
    licence = models.CharField(max_length=300, blank=True)
    licence_text = models.CharField(max_length=300, blank=True)
    depends = models.BooleanField(default=False)
    needs = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["package", "-position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["package", "version"], name="version_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["package", "position"], name="version_position"),
        ]

    def __str__(self) -> str:
        return self.version


class Dependency(models.Model):
    """What one version needs; ``place`` tells the dependencies of a version apart.

    The one index beside the key answers who depends on a package without reading the table.
    """

    pk = models.CompositePrimaryKey("version_id", "place")
    version = models.ForeignKey(
        Version, models.CASCADE, related_name="dependencies", db_index=False
    )
    place = models.IntegerField()
    target = models.ForeignKey(Package, models.CASCADE, related_name="dependents", db_index=False)
    requirement = models.CharField(max_length=300, blank=True)
    scope = models.CharField(max_length=10)
    marker = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "dependencies"
        indexes: ClassVar = [
            models.Index(fields=["target", "version"], name="dependency_target"),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.requirement}".strip()
