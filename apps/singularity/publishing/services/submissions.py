"""The bundle that leaves with a model: made once, and found again by its digest."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from apps.shared.artifacts.engine.deltas import difference_write
from apps.shared.artifacts.engine.weights import architecture_of, tokenizer_digest
from apps.shared.artifacts.services import (
    ArtifactError,
    ArtifactMissing,
    artifact_fetch,
    artifact_path,
    artifact_save,
)
from apps.shared.contracts.subjects import MODELS_STORE
from apps.singularity.ingestion.engine.embedding.loading import default_directory
from apps.singularity.publishing.engine.model_card import card, config_copy
from apps.singularity.publishing.models import PublishedModel
from apps.singularity.publishing.services.announcements import numbers
from apps.singularity.publishing.services.plans import Plan
from apps.singularity.publishing.services.residuals import residual_before, residual_file

WEIGHTS = "model.safetensors"
CARD = "README.md"
CONFIGURED = ("config.json", "generation_config.json", "sentence_bert_config.json")
"""Files of numbers, copied without any other text."""
LAYERS = "modules.json"
"""Written by this product's own training, from its own words."""
TOKENIZER = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"),
    *("vocab.txt", "vocabulary.json"),
)
"""Copied from where everybody has them: never from the model's own bundle."""
MADE = ("asked", "round", "codec", "residual", "artifact", "size")
"""What a row says of the bundle that was made for it."""
Write = Callable[[Path, PublishedModel, Plan], None]


def submission_ready(*, row: PublishedModel, plan: Plan) -> None:
    """See that the bundle of a row lies here; the row then says its digest and size.

    One that was made for the same purpose before is taken again, so that an announcement that was
    cut short ends with the same bytes.

    Raises:
        ArtifactError: it cannot be made, in one line.
    """
    asked = plan.way.asked or ""
    if (row.asked, row.round) == (asked, plan.round) and _is_here(row.artifact):
        return
    row.asked, row.round, row.codec, row.residual = asked, plan.round, plan.codec, ""
    with _draft() as folder:
        _WRITERS[asked](folder, row, plan)
        (folder / CARD).write_text(_card(plan), encoding="utf-8")
        artifact = artifact_save(folder=folder, label=plan.version)
    row.artifact, row.size = artifact.digest, artifact.size


def _is_here(digest: str) -> bool:
    if not digest:
        return False
    try:
        artifact_path(digest=digest)
    except ArtifactMissing:
        return False
    return True


@contextmanager
def _draft() -> Iterator[Path]:
    parent = settings.STATE_DIR / "submissions"
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="draft-", dir=parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _card(plan: Plan) -> str:
    said = {
        "scope": plan.scope,
        "asked": plan.way.asked or "",
        "base": plan.base,
        "examples": plan.examples,
        "metrics": numbers(plan.metrics),
    }
    return card(version=plan.version, kind=plan.kind, family=plan.family, said=said)


def _weights(folder: Path, _row: PublishedModel, plan: Plan) -> None:
    """The weights, how they are computed with, and the tokens, which others know already."""
    bundle = artifact_path(digest=plan.bundle)
    shutil.copyfile(bundle / WEIGHTS, folder / WEIGHTS)
    tokens = artifact_path(digest=plan.tokens) if plan.tokens else default_directory()
    _copy(TOKENIZER, tokens, folder)
    _copy((LAYERS,), bundle, folder)
    pooling = [str(file.relative_to(bundle)) for file in bundle.glob("*_Pooling/config.json")]
    for name in (*CONFIGURED, *sorted(pooling)):
        if (bundle / name).exists():
            (folder / name).parent.mkdir(exist_ok=True)
            config_copy(bundle / name, folder / name)
    said = architecture_of(folder), tokenizer_digest(folder)
    if said != (plan.architecture, plan.tokenizer):
        raise ArtifactError(
            f"{plan.version} stays here: without the words of its configuration that may not "
            "leave it is another model."
        )


def _copy(names: Iterable[str], source: Path, target: Path) -> None:
    for name in names:
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)


def _difference(folder: Path, row: PublishedModel, plan: Plan) -> None:
    """The difference to the round's base; what the codec loses is kept for the next one."""
    row.residual = "" if row.codec == "fp32" else str(row.run)
    report = difference_write(
        base=artifact_path(digest=plan.base_bundle) / WEIGHTS,
        trained=artifact_path(digest=plan.bundle) / WEIGHTS,
        out=folder / "difference.safetensors",
        codec=row.codec,
        residual_in=residual_before(row),
        residual_out=residual_file(row) if row.residual else None,
    )
    said = {"codec": row.codec, "base": plan.base, "base_digest": plan.base_bundle}
    _json(folder / "difference.json", said | {"error": report.error})


def _word_hashes(folder: Path, _row: PublishedModel, plan: Plan) -> None:
    # what reads word tables is heavy, and few announcements need it
    from apps.singularity.publishing.services.vocabulary import words_hashes_write

    words_hashes_write(bundle=artifact_path(digest=plan.bundle), folder=folder)


def _words(folder: Path, _row: PublishedModel, plan: Plan) -> None:
    """The words behind the hashes that enough instances have, and no other."""
    # what reads word tables is heavy, and few announcements need it
    from apps.singularity.publishing.services.vocabulary import words_asked_write

    if plan.offer is None or plan.offer.artifact is None:
        raise ArtifactError(f"The round of {plan.family} does not say which words it asks for.")
    asked = artifact_fetch(digest=plan.offer.artifact, size=plan.offer.size, store=MODELS_STORE)
    words_asked_write(bundle=artifact_path(digest=plan.bundle), asked=asked, folder=folder)


_WRITERS: Mapping[str, Write] = {
    "weights": _weights,
    "difference": _difference,
    "word_hashes": _word_hashes,
    "words": _words,
}


def _json(file: Path, said: Mapping[str, object]) -> None:
    file.write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")
