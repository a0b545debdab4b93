"""Shapes of guidance's REST answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.singularity.guidance.models import (
    Adoption,
    Advisory,
    Insight,
    ModelOffer,
    SharedFact,
)


class InsightSerializer(serializers.ModelSerializer[Insight]):
    """One insight with the numbers that it stands on."""

    evidence = serializers.JSONField(
        help_text=(
            "`having` of the `of` instances `among` which; `share` and the lower bound of its "
            "95 % interval, `confidence`; the same `here`; instances by `versions`."
        )
    )

    class Meta:
        model = Insight
        fields = (
            "key", "kind", "scope", "subject", "subject_key", "subject_kind", "language", "name",
            "reason", "score", "evidence", "first_told_at", "last_told_at", "withdrawn_at",
            "dismissed_at",
        )  # fmt: skip


class AdoptionSerializer(serializers.ModelSerializer[Adoption]):
    """How a model of the fleet did on this instance's held-out code, and what is used since."""

    class Meta:
        model = Adoption
        fields = (
            "metric", "local", "aggregate", "personalised", "former", "examples", "served",
            "version", "adopted", "explanation", "judged_at", "put_away_at", "attempts", "error",
            "due_at",
        )  # fmt: skip


class ModelOfferSerializer(serializers.ModelSerializer[ModelOffer]):
    """A model that the fleet offers; ``adoption`` is empty as long as nobody looked at it here."""

    adoption = AdoptionSerializer(read_only=True, allow_null=True, default=None)

    class Meta:
        model = ModelOffer
        fields = (
            "version", "kind", "scope", "family", "state", "architecture", "tokenizer", "artifact",
            "size", "base", "contributors", "metrics", "round", "ready_at", "received_at",
            "adoption",
        )  # fmt: skip


class SharedFactSerializer(serializers.ModelSerializer[SharedFact]):
    """Something that several instances have."""

    class Meta:
        model = SharedFact
        fields = (
            "subject", "key", "kind", "language", "name", "instances", "eligible", "codebases",
            "occurrences", "share", "confidence", "trend", "first_seen_at",
        )  # fmt: skip


class HereSerializer(serializers.Serializer[Any]):
    """What of a code base an advisory concerns."""

    codebase = serializers.CharField()
    version = serializers.CharField(allow_blank=True)
    requirement = serializers.CharField(allow_blank=True)
    locked = serializers.BooleanField(help_text="Whether a lock file has this version.")


class AdvisorySerializer(serializers.ModelSerializer[Advisory]):
    """Something that holds of a package; `here` is empty where it does not concern this instance.

    No `affected` version means all of them.
    """

    here = HereSerializer(many=True, read_only=True)

    class Meta:
        model = Advisory
        fields = (
            "key", "kind", "purl", "name", "advisory", "severity", "summary", "affected", "fixed",
            "here", "published_at", "over", "first_told_at", "last_told_at",
        )  # fmt: skip
