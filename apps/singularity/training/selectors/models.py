"""Models of this instance, and which is in use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from apps.shared.artifacts.engine.family import ALL
from apps.shared.artifacts.selectors import bundle_removed_at
from apps.singularity.training.models import Model, ModelInUse
from apps.singularity.training.models.runs import Kind

_LINEAGE = ("base", "tokenizer_model", "run")


def models_of(*, kind: str = "", scope: str = "") -> QuerySet[Model]:
    """The models of this instance, the newest first, each with its lineage."""
    rows = Model.objects.filter(instance=settings.INSTANCE_ID)
    if kind:
        rows = rows.filter(kind=kind)
    if scope:
        rows = rows.filter(scope=scope)
    return rows.select_related(*_LINEAGE)


def with_use(models: QuerySet[Model]) -> QuerySet[Model]:
    """The models, each with whether it is ``in_use``."""
    mine = ModelInUse.objects.filter(instance=settings.INSTANCE_ID, model=OuterRef("pk"))
    return models.annotate(in_use=Exists(mine))


def with_bundle(models: QuerySet[Model]) -> QuerySet[Model]:
    """The models, each with when its bundle was removed here: ``bundle_removed_at``."""
    return models.annotate(bundle_removed_at=bundle_removed_at())


def models_here(*, kind: str, scope: str) -> QuerySet[Any]:
    """The models of this instance whose bundle was not removed, the newest first."""
    rows: QuerySet[Any] = with_bundle(models_of(kind=kind, scope=scope))
    return rows.filter(bundle_removed_at=None)


def models_in_use() -> QuerySet[ModelInUse]:
    """What answers for each kind and scope, with the models and those before them."""
    rows = ModelInUse.objects.filter(instance=settings.INSTANCE_ID)
    return rows.select_related("model", "former")


def model_in_use(*, kind: str, scope: str) -> Model | None:
    """The model that answers for a kind and scope, if there is one."""
    row = models_in_use().filter(kind=kind, scope=scope).first()
    return row.model if row else None


def model_named(*, version: str, kind: str = "") -> Model | None:
    """The model of this version, if this instance has it."""
    return models_of(kind=kind).filter(version=version).first()


def aggregate_of(*, kind: str, scope: str) -> Model | None:
    """The fleet's model: the one in use where it is the fleet's, else the newest."""
    used = model_in_use(kind=kind, scope=scope)
    if used and used.origin == Model.Origin.AGGREGATE:
        return used
    return models_of(kind=kind, scope=scope).filter(origin=Model.Origin.AGGREGATE).first()


def vocabulary_for(*, scope: str) -> Model | None:
    """The vocabulary that a new model of a scope is built on.

    What is in use for the scope comes before what is in use for all languages, the fleet's before
    an own one; the fleet's is taken even where nothing is in use yet.
    """
    scopes = list(dict.fromkeys([scope, ALL]))
    used = [model_in_use(kind=Kind.VOCABULARY, scope=one) for one in scopes]
    found = [model for model in used if model]
    fleets = [model for model in found if model.origin == Model.Origin.AGGREGATE]
    if fleets or found:
        return (fleets or found)[0]
    sent = (aggregate_of(kind=Kind.VOCABULARY, scope=one) for one in scopes)
    return next((model for model in sent if model), None)


def models_to_tell() -> QuerySet[Model]:
    """The models that runs here made and that are not the fleet's own, the oldest first."""
    return models_of().exclude(origin=Model.Origin.AGGREGATE).exclude(run=None).order_by("id")
