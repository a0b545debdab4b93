"""The stored entities that code declares, and what they amount to."""

from apps.singularity.patterns.engine.schemas.extract import entities
from apps.singularity.patterns.engine.schemas.summary import SchemaSummary, summarise_entities

__all__ = ["SchemaSummary", "entities", "summarise_entities"]
