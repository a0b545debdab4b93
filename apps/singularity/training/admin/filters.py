"""List filters of runs and models."""

from __future__ import annotations

from apps.singularity.ingestion.admin.filters import ChoiceFilter
from apps.singularity.training.models import Model
from apps.singularity.training.models.runs import Kind


class KindFilter(ChoiceFilter):
    """By kind of model."""

    title = "kind"
    parameter_name = "kind"
    pairs = [(kind.value, kind.label) for kind in Kind]


class OriginFilter(ChoiceFilter):
    """By who made it."""

    title = "origin"
    parameter_name = "origin"
    pairs = [(origin.value, origin.label) for origin in Model.Origin]
