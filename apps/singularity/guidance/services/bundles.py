"""Have an offer's bundle here: fetched by digest, checked before anything loads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from apps.shared.artifacts.engine.family import Family
from apps.shared.artifacts.engine.manifest import bundle_files
from apps.shared.artifacts.engine.weights import architecture_of, tokenizer_digest
from apps.shared.artifacts.services import artifact_fetch
from apps.shared.contracts.subjects import MODELS_STORE
from apps.singularity.guidance.engine.errors import NotUsable
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.guidance.selectors.offers import offers_all
from apps.singularity.training.selectors.models import model_named, models_of
from apps.singularity.training.services.adding import model_add
from apps.singularity.training.services.bases import SCRATCH, configured_encoder, weights_digest

PATIENCE = 30.0
"""Seconds without progress after which a fetch is left to the next attempt, which goes on."""
TYPES = (".safetensors", ".json", ".md", ".txt")
"""What a model of the fleet is made of: data that is read, nothing that is run."""
NEEDED = {
    "t5": ("config.json", "model.safetensors", "tokenizer.json"),
    "encoder": ("config.json", "model.safetensors", "tokenizer.json"),
    "vocabulary": ("tokenizer.json",),
}


def bundle_fetch(*, offer: ModelOffer) -> Path:
    """The folder of an offer's bundle, whole and of the family that the offer names.

    Raises:
        ArtifactError: it could not be fetched, or its bytes are not those of the digest.
        NotUsable: it is of another family than was said.
    """
    folder = _fetched(offer)
    bundle_check(folder, offer)
    return folder


def _fetched(offer: ModelOffer) -> Path:
    return artifact_fetch(
        digest=offer.artifact, size=offer.size, store=MODELS_STORE, patience=PATIENCE
    )


def bundle_check(folder: Path, offer: ModelOffer) -> None:
    """Look at names, headers and digests alone.

    Raises:
        NotUsable: what is wrong, in one line.
        ArtifactError: a file cannot be read as what it should be.
    """
    files = bundle_files(folder)
    if odd := [name for name in files if not name.endswith(TYPES)]:
        raise NotUsable(f"{offer.version} is refused: {odd[0]} is no file of a model.")
    if missing := [name for name in NEEDED[offer.kind] if name not in files]:
        raise NotUsable(f"{offer.version} is refused: it lacks {', '.join(missing)}.")
    _same(offer, "tokenizer", offer.tokenizer, tokenizer_digest(folder))
    if offer.kind != "vocabulary":
        _same(offer, "architecture", offer.architecture, architecture_of(folder))


def model_at_hand(*, offer: ModelOffer) -> Any:
    """The row of an offer's model, made at first need; that of its vocabulary too.

    Raises:
        ArtifactError, NotUsable: as ``bundle_fetch``.
    """
    if known := model_named(version=offer.version, kind=offer.kind):
        _fetched(offer)  # where it was removed since
        return known
    vocabulary = vocabulary_at_hand(offer=offer) if offer.kind == "t5" else None
    folder = bundle_fetch(offer=offer)
    return model_add(
        folder=folder,
        origin="aggregate",
        kind=offer.kind,
        scope=offer.scope,
        version=offer.version,
        base=model_named(version=offer.base) if offer.base else None,
        metrics=offer.metrics,
        family=offer.family,
        base_digest=_line_began_with(offer),
        tokenizer_model=vocabulary,
    )


def _line_began_with(offer: ModelOffer) -> str:
    """Which weights an offer's line began with: those that give its family's key.

    Raises:
        NotUsable: none that this instance knows does. Differences to such a model would be of
            another family.
    """
    if offer.kind == "vocabulary":
        return ""
    known = models_of(kind=offer.kind).values_list("base_digest", flat=True)
    encoder = configured_encoder() if offer.kind == "encoder" else None
    for began in (SCRATCH, *known.distinct(), *([weights_digest(encoder)] if encoder else [])):
        parts = (offer.kind, offer.architecture, offer.tokenizer, began, offer.scope)
        if Family(*parts).key == offer.family:
            return str(began)
    raise NotUsable(f"{offer.version} is refused: its line began with weights unknown here.")


def vocabulary_at_hand(*, offer: ModelOffer) -> Any:
    """The vocabulary that an offered model was built on.

    Raises:
        NotUsable: the fleet has not offered it yet.
    """
    known = models_of(kind="vocabulary").filter(tokenizer=offer.tokenizer).first()
    if known:
        return known
    offered = offers_all().filter(kind="vocabulary", tokenizer=offer.tokenizer).exclude(artifact="")
    if (vocabulary := offered.first()) is None:
        raise NotUsable(f"{offer.version} waits: its vocabulary is not here and was not offered.")
    return model_at_hand(offer=vocabulary)


def _same(offer: ModelOffer, what: str, said: str, found: str) -> None:
    if said != found:
        raise NotUsable(
            f"{offer.version} is refused: its {what} is not the one of its family "
            f"(it has {found[:15]}, the offer says {said[:15] or 'none'})."
        )
