"""Shapes of packages, versions, uses and advisories, over REST."""

from __future__ import annotations

from rest_framework import serializers

from apps.centralcloud.package_sync.models import (
    Advisory,
    Affected,
    Implementation,
    Package,
    Use,
    UsedVersion,
    Version,
)


class ImplementationSerializer(serializers.ModelSerializer[Implementation]):
    """A language that a package is implemented in, and one piece of evidence for it."""

    class Meta:
        model = Implementation
        fields = ("language", "evidence", "detail")


class PackageSerializer(serializers.ModelSerializer[Package]):
    """A package, what its registry says of it, and how many use it."""

    implementations = ImplementationSerializer(many=True, read_only=True)
    versions = serializers.DictField(
        source="spread",
        child=serializers.IntegerField(),
        read_only=True,
        help_text="Instances by version, the 50 that most have.",
    )

    class Meta:
        model = Package
        fields = (
            "id", "purl", "ecosystem", "namespace", "name", "state", "shown", "instances",
            "codebases", "versions", "latest", "last_release_at", "first_release_at", "summary",
            "licence", "licence_ids", "keywords", "homepage", "repository", "deprecated",
            "maintainers", "downloads", "downloads_days", "versions_count", "yanked_count",
            "releases_year", "cadence_days", "depth", "implementations", "read_at", "changed_at",
        )  # fmt: skip


class VersionSerializer(serializers.ModelSerializer[Version]):
    """A version of a package, and how many instances have it."""

    instances = serializers.IntegerField(read_only=True, help_text="Those that have it.")

    class Meta:
        model = Version
        fields = (
            "version", "released_at", "prerelease", "yanked", "yanked_reason", "withdrawn",
            "deprecated", "size", "licence", "licence_text", "instances",
        )  # fmt: skip


class UsedVersionSerializer(serializers.ModelSerializer[UsedVersion]):
    """A version that a code base has."""

    version = serializers.CharField(source="text", help_text="As its lock file names it.")
    known = serializers.SerializerMethodField(help_text="Whether the registry knows it.")

    class Meta:
        model = UsedVersion
        fields = ("version", "known", "pinned", "behind")

    def get_known(self, row: UsedVersion) -> bool:
        """Its row of the registry's versions is there."""
        return row.version_id is not None


class UseSerializer(serializers.ModelSerializer[Use]):
    """A package that a code base declares."""

    versions = UsedVersionSerializer(many=True, read_only=True)

    class Meta:
        model = Use
        fields = (
            "instance", "codebase", "requirements", "scopes", "versions", "first_seen_at",
        )  # fmt: skip


class AffectedSerializer(serializers.ModelSerializer[Affected]):
    """A package that an advisory names."""

    class Meta:
        model = Affected
        fields = ("purl", "fixed")


class AdvisorySerializer(serializers.ModelSerializer[Advisory]):
    """An advisory and the packages that it names."""

    affected = AffectedSerializer(many=True, read_only=True)
    aliases = serializers.ListField(child=serializers.CharField(), read_only=True)
    instances = serializers.IntegerField(
        read_only=True, help_text="Instances that have a version which it affects."
    )

    class Meta:
        model = Advisory
        fields = (
            "osv_id", "group", "aliases", "summary", "severity", "score", "vector", "affected",
            "instances", "source", "published_at", "modified_at", "withdrawn_at",
        )  # fmt: skip


class LicenceSerializer(serializers.Serializer[object]):
    """A licence of packages in use."""

    licence = serializers.CharField(help_text="SPDX identifier; empty where it is not known.")
    packages = serializers.IntegerField(help_text="Packages in use whose licence names it.")
    codebases = serializers.IntegerField(help_text="Uses of those packages by code bases.")
