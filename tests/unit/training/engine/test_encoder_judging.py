"""An exam follows from content, asks no ambiguous question, and is marked by hand's figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from apps.singularity.training.engine.encoder import judging
from apps.singularity.training.engine.encoder.judging import Exam, exam_of, judge
from apps.singularity.training.engine.encoder.network import Network, network_open
from tests.common.encoders import documented_pair, tiny_encoder

HELD_OUT = [documented_pair(place) for place in range(20)]
TRAIN = [documented_pair(place) for place in range(20, 60)]


def test_every_question_is_asked_of_held_out_and_train_functions() -> None:
    exam = exam_of(HELD_OUT, TRAIN)
    assert sorted(exam.sentences) == sorted(pair.query for pair in HELD_OUT)
    assert len(exam.functions) == len(set(exam.functions)) == 60
    for sentence, answer in zip(exam.sentences, exam.answers, strict=True):
        place = sentence.removesuffix(".").rpartition(" ")[2]
        assert f"def act_{place}(" in exam.functions[answer]


def test_the_order_of_the_corpus_does_not_matter() -> None:
    assert exam_of(HELD_OUT, TRAIN) == exam_of(HELD_OUT[::-1], TRAIN[::-1])


def test_a_sentence_that_two_functions_share_asks_for_neither() -> None:
    twin = replace(HELD_OUT[1], query=HELD_OUT[0].query)
    exam = exam_of([HELD_OUT[0], twin, *HELD_OUT[2:]], TRAIN)
    assert HELD_OUT[0].query not in exam.sentences
    assert len(exam.sentences) == 18


def test_a_train_function_of_the_same_sentence_is_no_distractor() -> None:
    same = replace(TRAIN[0], query=HELD_OUT[0].query)
    assert len(exam_of(HELD_OUT, [same, *TRAIN[1:]]).functions) == 59


def test_a_large_code_base_is_judged_by_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "QUESTIONS", 8)
    monkeypatch.setattr(judging, "POOL", 12)
    exam = exam_of(HELD_OUT, TRAIN)
    assert (len(exam.sentences), len(exam.functions)) == (8, 12)
    assert max(exam.answers) < 12


def test_marks_are_the_mean_reciprocal_place_and_the_share_within_ten(tmp_path: Path) -> None:
    class Known(Network):
        """Vectors by rule: functions at angles 0, 1, ... degrees, sentences as said."""

        def embed(self, texts: object) -> torch.Tensor:
            angles = torch.deg2rad(torch.tensor([float(text) for text in texts]))  # type: ignore[attr-defined]
            return torch.stack([angles.cos(), angles.sin()], dim=1)

    folder = tiny_encoder(tmp_path)
    known = Known(network_open(str(folder)).directory)
    functions = tuple(str(angle) for angle in range(30))
    # the third sentence stands at 0 degrees: its function at 2 is third, the fourth's at 20 is 21st
    exam = Exam(sentences=("5", "9", "0", "0"), answers=(5, 9, 2, 20), functions=functions)
    marks = judge(known, exam)
    assert marks["mrr_at_10"] == pytest.approx((1 + 1 + 1 / 3 + 0) / 4)
    assert marks["recall_at_10"] == pytest.approx(3 / 4)
