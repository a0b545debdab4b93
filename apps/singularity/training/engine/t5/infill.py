"""Infill: what stood in a gap, as a T5 would write it, and how often that is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch

from apps.singularity.training.engine.corpus import CorpusText, texts_read
from apps.singularity.training.engine.evaluation import Window
from apps.singularity.training.engine.events import TrainingFailed, say
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5.asked import Loaded, asked_read, model_asked
from apps.singularity.training.engine.t5.batches import Batch
from apps.singularity.training.engine.t5.gaps import Gap, copy_filling, held_out_gaps
from apps.singularity.training.engine.t5.judging import batch_of, window_row
from apps.singularity.training.engine.t5.loss import tensors_of
from apps.singularity.training.engine.t5.vocabulary import Vocabulary

BEAMS = 4
_TOKENS = 24
"""Of a filling at most."""
_ROWS = 16
Filling = tuple[str, float]
"""A text, without white space around it, and its probability."""


def suggest(spec: Spec) -> None:
    """Fill the gaps of ``spec.asked``, and measure where it says so: events of both."""
    asked = asked_read(spec)
    t5 = model_asked(spec)
    if asked.get("measure"):
        metrics, examples = accuracy(t5, texts_read(spec.corpus, "held_out"))
        say("measured", metrics=metrics, examples=examples)
    gaps = [Gap(one["language"], one["before"], one["after"]) for one in asked["gaps"]]
    filled = fillings(t5, gaps)
    for number, found in enumerate(filled):
        say("suggested", gap=number, fillings=found[: int(asked.get("count") or 1)])
    say("done", metrics={}, examples=len(gaps))


def accuracy(t5: Loaded, texts: Iterable[CorpusText]) -> tuple[dict[str, float], int]:
    """Shares of held-out gaps that the model and the copy baseline fill exactly; of how many.

    Raises TrainingFailed where there is no held-out code.
    """
    asked = held_out_gaps(texts)
    if not asked:
        raise TrainingFailed("There is no held-out code to measure on: more files are needed.")
    filled = fillings(t5, [gap for gap, _ in asked])
    pairs = zip(asked, filled, strict=True)
    right = sum(bool(found) and found[0][0] == name for (_, name), found in pairs)
    copied = sum(copy_filling(gap) == name for gap, name in asked)
    return {
        "infill_exact": right / len(asked),
        "infill_copy_exact": copied / len(asked),
    }, len(asked)


def fillings(t5: Loaded, gaps: Sequence[Gap]) -> Iterator[list[Filling]]:
    """Of each gap the likeliest fillings that differ, the likeliest first."""
    for start in range(0, len(gaps), _ROWS):
        some = gaps[start : start + _ROWS]
        rows = [window_row(_window(gap), t5.vocabulary) for gap in some]
        yield from _decoded(t5, batch_of(rows, t5.vocabulary))


def _window(gap: Gap) -> Window:
    """White space before the gap is part of it, as it was in training."""
    before, after = gap.near
    at = len(before.rstrip(" \t"))
    return Window(gap.language, before[:at] + after, ((at, at),))


@torch.no_grad()
def _decoded(t5: Loaded, batch: Batch) -> Iterator[list[Filling]]:
    """Beam search from the first sentinel to the next, or to the end."""
    sources, seen, _ = tensors_of(batch, t5.vocabulary.pad, t5.device.torch)
    start = [int(t5.model.config.decoder_start_token_id), int(t5.vocabulary.sentinels[0])]
    with t5.device.autocast():
        made = t5.model.generate(
            input_ids=sources,
            attention_mask=torch.ones_like(sources) if seen is None else seen,
            decoder_input_ids=torch.tensor([start] * len(sources), device=t5.device.torch),
            num_beams=BEAMS,
            num_return_sequences=BEAMS,
            max_new_tokens=_TOKENS,
            do_sample=False,
            length_penalty=0.0,
            eos_token_id=[t5.vocabulary.end, int(t5.vocabulary.sentinels[1])],
            pad_token_id=t5.vocabulary.pad,
            return_dict_in_generate=True,
            output_scores=True,
        )
    tokens = made.sequences.cpu().numpy()[:, len(start) :].reshape(len(batch), BEAMS, -1)
    chances = made.sequences_scores.double().exp().cpu().numpy().reshape(len(batch), BEAMS)
    for beams, likely in zip(tokens, chances, strict=True):
        yield _texts(beams, likely, t5.vocabulary)


def _texts(beams: Any, likely: Any, vocabulary: Vocabulary) -> list[Filling]:
    """Beams as texts, those that differ in white space alone as one."""
    marks = [vocabulary.pad, vocabulary.end, *vocabulary.sentinels]
    found: dict[str, float] = {}
    for tokens, chance in zip(beams, likely, strict=True):
        kept = [int(token) for token in tokens if not np.isin(token, marks)]
        text = vocabulary.tokenizer.decode(kept, skip_special_tokens=False).strip()
        if text:
            found[text] = found.get(text, 0.0) + float(chance)
    return sorted(found.items(), key=lambda one: (-one[1], one[0]))
