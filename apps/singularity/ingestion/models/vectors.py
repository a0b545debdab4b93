"""Vectors of chunks, one generation for each embedding model."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Deferrable, Q
from pgvector.django import HalfVectorField


class EmbeddingGeneration(models.Model):
    """All vectors that one model made of one text form; they never mix with another's.

    A new model fills its generation beside the active one, which answers until the switch. The
    one before stays, so that going back takes no time; the one before that goes. It costs 2.2 KB
    of disk a text at 384 dimensions: 1.0 for the rows, 1.2 for the index.
    """

    class State(models.TextChoices):
        """At most one generation of an instance is in each of them."""

        BUILDING = "building"
        ACTIVE = "active"
        FORMER = "former"

    instance = models.CharField(max_length=63)
    identity = models.CharField(max_length=200, help_text="Digest of model, precision and text.")
    name = models.CharField(max_length=300)
    setting = models.TextField(blank=True, help_text="What loads the model, as EMBEDDER names it.")
    dimensions = models.IntegerField()
    state = models.CharField(max_length=10, choices=State)
    created_at = models.DateTimeField(auto_now_add=True)
    activated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["instance", "identity"], name="generation_identity"),
            models.UniqueConstraint(
                fields=["instance", "state"],
                name="generation_state",
                deferrable=Deferrable.IMMEDIATE,  # two generations swap states in one statement
            ),
            models.CheckConstraint(condition=Q(dimensions__gte=1), name="generation_dimensions"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.dimensions} dimensions)"

    @property
    def index_name(self) -> str:
        """Name of the HNSW index over this generation's vectors."""
        return f"embedding_hnsw_{self.pk}"


class Embedding(models.Model):
    """The unit-length vector of one embedded text."""

    instance = models.CharField(max_length=63)
    generation = models.ForeignKey(EmbeddingGeneration, models.CASCADE, related_name="embeddings")
    text_digest = models.BinaryField(help_text="Chunk.text_digest of the text.")
    vector = HalfVectorField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["generation", "text_digest"], name="embedding_text"),
        ]

    def __str__(self) -> str:
        return bytes(self.text_digest).hex()
