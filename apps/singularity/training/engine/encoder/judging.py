"""Whether documentation finds its function: MRR@10 and recall@10 on held-out code.

The set-up of CodeSearchNet (Husain et al. 2019, section 2): the first sentence of a function's
documentation asks for it, among functions whose documentation is cut out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import torch

from apps.singularity.training.engine.corpus import Pair, pairs_read
from apps.singularity.training.engine.encoder.network import Network
from apps.singularity.training.engine.encoder.texts import embedded_text

QUESTIONS = 500
POOL = 1000
"""Functions to choose from. Both are bounds: a code base that outgrows them is judged as fast."""
FIRST = 10


@dataclass(frozen=True, slots=True)
class Exam:
    """Questions and the functions that they are asked of.

    Args:
        sentences: the questions.
        answers: place of each one's function in ``functions``.
        functions: texts as the search embeds them, no two alike.
    """

    sentences: tuple[str, ...]
    answers: tuple[int, ...]
    functions: tuple[str, ...]


def exam_read(corpus: Path) -> Exam:
    """The exam of a corpus: all held-out functions, and train functions as distractors."""
    return exam_of(list(pairs_read(corpus, "held_out")), pairs_read(corpus, "train"))


def exam_of(held_out: Sequence[Pair], train: Iterable[Pair]) -> Exam:
    """Which of them are taken follows from their content alone: those of the least hashes.

    A sentence that two held-out functions share asks for neither, and train functions that share
    one with a question are no wrong answers.
    """
    asked = Counter(pair.query for pair in held_out)
    functions: dict[str, int] = {}
    questions: list[tuple[str, str]] = []
    for pair in sorted(held_out, key=_hash):
        text = embedded_text(pair)
        if len(functions) < POOL:
            functions.setdefault(text, len(functions))
        if asked[pair.query] == 1 and len(questions) < QUESTIONS and text in functions:
            questions.append((pair.query, text))
    for pair in sorted(train, key=_hash):
        if len(functions) == POOL:
            break
        if pair.query not in asked:
            functions.setdefault(embedded_text(pair), len(functions))
    return Exam(
        sentences=tuple(sentence for sentence, _ in questions),
        answers=tuple(functions[text] for _, text in questions),
        functions=tuple(functions),
    )


def judge(network: Network, exam: Exam) -> dict[str, float]:
    """``mrr_at_10``: mean of 1 / place, 0 below the tenth; ``recall_at_10``: share within it."""
    sentences, functions = network.embed(exam.sentences), network.embed(exam.functions)
    scores = sentences @ functions.T
    right = scores.gather(1, torch.tensor(exam.answers).unsqueeze(1))
    places = (scores > right).sum(1) + 1
    found = places <= FIRST
    reciprocal = torch.where(found, 1 / places.to(torch.float64), 0.0)
    return {
        "mrr_at_10": float(reciprocal.mean()),
        "recall_at_10": float(found.to(torch.float64).mean()),
    }


def _hash(pair: Pair) -> bytes:
    return blake2b(f"{pair.name}\0{pair.code}\0{pair.query}".encode(), digest_size=16).digest()
