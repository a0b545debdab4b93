"""Shapes of the ledger's REST answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.singularity.publishing.models import EgressMessage, PublishedModel


class EgressSerializer(serializers.Serializer[EgressMessage]):
    """A message that left; ``carries`` has its fields, lists as their lengths."""

    id = serializers.UUIDField(source="event_id", help_text="The CloudEvents id.")
    subject = serializers.CharField()
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField()
    may_have_left = serializers.BooleanField(
        help_text="It was on its way, and whether it arrived was never heard."
    )
    size = serializers.IntegerField(help_text="Bytes of data.")
    facts = serializers.IntegerField(help_text="Facts that it carries.")
    carries = serializers.JSONField(source="fields")


class EgressDataSerializer(EgressSerializer):
    """A message with its data, as the text that left."""

    text = serializers.SerializerMethodField(help_text="The JSON, byte for byte.")

    def get_text(self, message: EgressMessage) -> str:
        """The bytes as text; JSON is always UTF-8."""
        return bytes(message.data).decode()


class DaySerializer(serializers.Serializer[Any]):
    """What left on one day."""

    day = serializers.DateField()
    messages = serializers.IntegerField()
    size = serializers.IntegerField(help_text="Bytes of data.")
    subjects = serializers.DictField(
        child=serializers.IntegerField(), help_text="Messages by subject."
    )


class BundleSerializer(serializers.ModelSerializer[PublishedModel]):
    """A bundle of a model that left; ``told_at`` is empty as long as nobody was told of it."""

    class Meta:
        model = PublishedModel
        fields = (
            "version", "kind", "family", "asked", "codec", "round", "artifact", "size", "left_at",
            "told_at",
        )  # fmt: skip


class RefusedSerializer(serializers.Serializer[Any]):
    """Facts of a subject that do not leave, for one reason."""

    subject = serializers.CharField()
    reason = serializers.CharField()
    facts = serializers.IntegerField()


class TotalsSerializer(serializers.Serializer[Any]):
    """What left on each day, and what does not leave now."""

    days = DaySerializer(many=True)
    models = BundleSerializer(many=True)
    refused = RefusedSerializer(many=True)
