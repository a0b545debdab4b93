"""Shapes of guidance's REST answers."""

from __future__ import annotations

from rest_framework import serializers

from apps.singularity.guidance.models import Insight, SharedFact


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


class SharedFactSerializer(serializers.ModelSerializer[SharedFact]):
    """Something that several instances have."""

    class Meta:
        model = SharedFact
        fields = (
            "subject", "key", "kind", "language", "name", "instances", "eligible", "codebases",
            "occurrences", "share", "confidence", "trend", "first_seen_at",
        )  # fmt: skip
