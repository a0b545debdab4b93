"""How an offer does on this instance's held-out code, beside all that could answer instead."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from apps.shared.artifacts.services import artifact_path
from apps.shared.core.jobs import JobCancelled
from apps.singularity.guidance.engine.choice import Choice, choose, choose_vocabulary
from apps.singularity.guidance.engine.errors import NotUsable
from apps.singularity.guidance.models import ModelOffer
from apps.singularity.guidance.services.bundles import bundle_fetch, model_at_hand
from apps.singularity.training.selectors.models import model_in_use, models_here
from apps.singularity.training.services.bases import configured_encoder
from apps.singularity.training.services.comparing import Judged, models_compare
from apps.singularity.training.services.corpus import corpus_prepare
from apps.singularity.training.services.judging import METRICS
from apps.singularity.training.services.starting import languages_of
from apps.singularity.training.services.tuning import model_fine_tune

TUNING_STEPS = {"t5": 100, "encoder": 24}
"""Of the training that makes the fleet's model this instance's own; a vocabulary has none."""


@dataclass(slots=True)
class Judgement:
    """Values of a metric on the same held-out code, and the models they belong to.

    ``in_use`` is which of them answers now, ``version`` its version. ``models`` has no row for an
    aggregate that was only looked at.
    """

    metric: str
    code: str
    in_use: str
    version: str
    scores: dict[str, float] = field(default_factory=dict)
    models: dict[str, Any] = field(default_factory=dict)
    examples: int = 0

    def choice(self, kind: str) -> Choice:
        """Which of them shall answer."""
        if kind == "vocabulary":
            return choose_vocabulary(scores=self.scores, in_use=self.in_use)
        return choose(metric=METRICS[kind], scores=self.scores, in_use=self.in_use)


@dataclass(frozen=True, slots=True)
class Code:
    """A corpus folder that is there while it is judged on, and the digest that names it."""

    folder: Path
    digest: str


@contextmanager
def held_out_code(*, offer: ModelOffer) -> Iterator[Code]:
    """The code of this instance in the languages of an offer.

    Raises:
        CorpusError: there is none, or too little.
    """
    parent = settings.STATE_DIR / "adoptions"
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="code-", dir=parent) as work:
        folder = Path(work) / "corpus"
        languages = languages_of(offer.scope)
        manifest = corpus_prepare(
            kind=offer.kind, codebase=None, languages=languages, folder=folder
        )
        yield Code(folder, manifest.digest)


def offer_judge(*, offer: ModelOffer, code: Code, tune: bool, report: Any) -> Judgement:
    """Compare what is in use, the best local model, the offer, and the offer tuned further here.

    Args:
        tune: whether to train the offered model some steps on the code here.
        report: called often; what it raises ends the judging.

    Raises:
        ArtifactError, NotUsable, TrainingFailed: a step that could not be done.
    """
    compare = partial(
        models_compare, kind=offer.kind, scope=offer.scope, corpus=code.folder, report=report
    )
    judgement = _rivals(offer, code)
    folders = {name: _folder(model) for name, model in judgement.models.items()}
    folders["aggregate"] = bundle_fetch(offer=offer)
    if judgement.in_use == "none" and (default := _default(offer.kind)):
        folders["none"] = default
    _note(judgement, compare(folders=folders))
    if tune and offer.kind in TUNING_STEPS and judgement.in_use != "personalised":
        mine = judgement.models["personalised"] = _personalised(offer)
        _note(judgement, compare(folders={"personalised": _folder(mine)}))
    return judgement


def _folder(model: Any) -> Path:
    return artifact_path(digest=model.artifact)


def _default(kind: str) -> Path | None:
    """What answers where no model was ever taken.

    Raises:
        NotUsable: it is somewhere else, so that nothing can be judged beside it.
    """
    if kind != "encoder":
        return None
    if folder := configured_encoder():
        return folder
    raise NotUsable("EMBEDDER is an address: no encoder is judged beside it.")


def _rivals(offer: ModelOffer, code: Code) -> Judgement:
    """What is in use, and the best local model by what it scored when it was trained."""
    kind, scope = offer.kind, offer.scope
    metric = METRICS[kind]
    used = model_in_use(kind=kind, scope=scope)
    judgement = Judgement(metric.name, code.digest, "none", used.version if used else "")
    if best := local_best(kind=kind, scope=scope):
        judgement.models["local"] = best
    if used is not None:
        judgement.in_use = _name_of(used, offer)
        judgement.models[judgement.in_use] = used
    return judgement


def _name_of(used: Any, offer: ModelOffer) -> str:
    """Which of the rivals the model in use is: the offer itself where it was taken before."""
    if used.origin == "local":
        return "local"
    if used.version == offer.version:
        return "aggregate"
    tuned = used.origin == "personalised" and used.base is not None
    return "personalised" if tuned and used.base.version == offer.version else "former"


def local_best(*, kind: str, scope: str) -> Any:
    """The local model with the best score when it was trained, of those that are still here."""
    metric, best = METRICS[kind], None
    for model in models_here(kind=kind, scope=scope).filter(origin="local"):
        score = model.metrics.get(metric.name)
        if score is not None and (best is None or metric.better(score, best.metrics[metric.name])):
            best = model
    return best


def _note(judgement: Judgement, judged: Mapping[str, Judged]) -> None:
    for name, one in judged.items():
        if judgement.metric not in one.metrics:
            raise NotUsable(f"{judgement.metric} of {name} was not measured.")
        judgement.scores[name] = one.metrics[judgement.metric]
        judgement.examples = one.examples


def personalised_of(*, offer: ModelOffer) -> QuerySet[Any]:
    """What was tuned here from an offered model and is still here, the newest first."""
    made = models_here(kind=offer.kind, scope=offer.scope)
    return made.filter(base__version=offer.version, origin="personalised")


def _personalised(offer: ModelOffer) -> Any:
    """The offered model tuned on the code here: the one that was made before, if there is one."""
    aggregate = model_at_hand(offer=offer)
    known = personalised_of(offer=offer).first()
    if known is not None:
        return known
    try:
        return model_fine_tune(model=aggregate, steps=TUNING_STEPS[offer.kind])
    except JobCancelled:  # that training's job: this one goes on
        raise NotUsable(f"{offer.version} waits: somebody cancelled its tuning.") from None
