"""A tuned encoder finds more, its bundle loads everywhere, and a killed run loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from apps.singularity.ingestion.engine.embedding import load_embedder
from apps.singularity.training.engine.corpus import pairs_read
from apps.singularity.training.engine.devices import device_pick
from apps.singularity.training.engine.encoder import evaluate, train
from apps.singularity.training.engine.encoder.judging import exam_read
from apps.singularity.training.engine.encoder.learner import Contrast
from apps.singularity.training.engine.encoder.network import Network, network_open
from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec
from tests.common.encoders import documented_corpus, tiny_encoder

COMMAND = [sys.executable, "-m", "apps.singularity.training.engine"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return documented_corpus(tmp_path_factory.mktemp("corpus") / "corpus")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_encoder(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def spec(corpus: Path, tiny: Path, tmp_path: Path) -> Spec:
    return Spec(
        kind="encoder", corpus=corpus, run=tmp_path, base=str(tiny), version="a_encoder-all_v1.0",
        steps=12, batch=16, length=32, rate=1e-2, threads=1, device="cpu", evaluate_every=4,
        checkpoint_every=2,
    )  # fmt: skip


def events(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_the_bundle_finds_more_and_gives_every_reader_the_same_vectors(
    spec: Spec, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(spec, spec.corpus)
    told = events(capsys.readouterr().out)
    assert told[0]["event"] == "started"
    done = told[-1]
    assert done["event"] == "done"
    assert done["metrics"]["mrr_at_10"] > done["before"]["mrr_at_10"] + 0.05
    assert done["examples"] == len(list(pairs_read(spec.corpus, "train")))

    bundle = spec.run / done["bundle"]
    assert not [file for file in bundle.rglob("*") if file.suffix in {".bin", ".pt", ".pkl"}]
    assert "a_encoder-all_v1.0" in (bundle / "README.md").read_text()
    texts = ["please load the cart", "def act(self):\n    return self.cart.load()\n" * 30]
    own = network_open(str(bundle), spec.length).embed(texts).numpy()
    searched = load_embedder(str(bundle), cache=spec.run / "cache", max_tokens=spec.length)
    from sentence_transformers import SentenceTransformer

    public = SentenceTransformer(str(bundle)).encode(texts)
    assert np.allclose(own, public, atol=1e-5)
    assert (own * searched.embed(texts)).sum(axis=1).min() > 0.98  # it may have chosen int8

    evaluate(replace(spec, task="evaluate", models={"start": str(tiny), "tuned": str(bundle)}))
    compared = {e["name"]: e["metrics"] for e in events(capsys.readouterr().out)}
    assert compared["start"] == done["before"]
    assert compared["tuned"] == pytest.approx(done["metrics"], abs=1e-6)


def test_weights_that_do_worse_than_the_start_are_not_kept(
    spec: Spec, tiny: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train(spec, spec.corpus)
    good = spec.run / "bundle"
    ruined = replace(spec, run=spec.run / "ruined", base=str(good), steps=2, rate=3.0)
    train(ruined, spec.corpus)
    told = events(capsys.readouterr().out)
    assert told[-1]["metrics"] == told[-1]["before"]
    last = [event for event in told if event["event"] == "evaluated"][-1]
    assert last["metrics"]["mrr_at_10"] < told[-1]["before"]["mrr_at_10"]
    before = network_open(str(good)).body.state_dict()
    after = network_open(str(ruined.run / "bundle")).body.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def _started(spec: Spec) -> subprocess.Popen[str]:
    spec.run.mkdir(parents=True, exist_ok=True)
    spec.write(spec.run / "spec.json")
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    return subprocess.Popen(
        [*COMMAND, str(spec.run / "spec.json")], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment,
    )  # fmt: skip


def _lines(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout
    for line in process.stdout:
        yield json.loads(line)


def test_a_killed_run_goes_on_and_ends_bit_for_bit_like_one_that_was_not(
    spec: Spec, tmp_path: Path
) -> None:
    whole = replace(spec, run=tmp_path / "whole", steps=8)
    train(whole, whole.corpus)

    killed = replace(whole, run=tmp_path / "killed")
    process = _started(killed)
    for event in _lines(process):
        if event["event"] == "checkpoint" and event["step"] == 4:
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    assert not (killed.run / "bundle").exists()
    process = _started(replace(killed, resume=True))
    assert list(_lines(process))[-1]["event"] == "done"
    assert process.wait() == 0
    weights = [run.run / "bundle" / "model.safetensors" for run in (whole, killed)]
    assert weights[0].read_bytes() == weights[1].read_bytes()


def test_little_memory_halves_the_part_and_keeps_the_gradient(
    spec: Spec, capsys: pytest.CaptureFixture[str]
) -> None:
    class Narrow(Network):
        """Memory for four texts at once."""

        def forward(self, texts: Any) -> torch.Tensor:
            if len(texts) > 4:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return super().forward(texts)

    def gradient(kind: type[Network]) -> tuple[float, torch.Tensor, Contrast]:
        network = kind(network_open(spec.base).directory, 32)
        for module in network.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0  # parts of another size drop other units
        pairs = list(pairs_read(spec.corpus, "train"))
        learner = Contrast(
            network, pairs, exam_read(spec.corpus), device=device_pick(spec), batch=16, seed=0,
            identity={},
        )  # fmt: skip
        loss = learner.learn(0).loss
        found = network.body.embeddings.word_embeddings.weight.grad
        assert found is not None
        return loss, found, learner

    loss, whole, _ = gradient(Network)
    narrow_loss, in_parts, learner = gradient(Narrow)
    assert learner.settings == {"at_once": 4}
    assert narrow_loss == pytest.approx(loss, abs=1e-5)
    assert torch.allclose(in_parts, whole, atol=1e-5)
    notes = [event["text"] for event in events(capsys.readouterr().out)]
    assert notes[-1] == "Out of memory at 8 pairs at once: goes on with 4."


def test_too_few_documented_functions_end_in_one_line(spec: Spec, tmp_path: Path) -> None:
    few = documented_corpus(tmp_path / "few", files=15)
    with pytest.raises(TrainingFailed, match="Too few documented functions: 2"):
        train(replace(spec, corpus=few), few)
    with pytest.raises(TrainingFailed, match="Too few documented functions"):
        evaluate(replace(spec, corpus=few, task="evaluate", models={"start": spec.base}))


@pytest.mark.parametrize("base", ["nowhere", "empty"])
def test_a_base_that_is_no_encoder_ends_in_one_line(spec: Spec, tmp_path: Path, base: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(TrainingFailed, match=r"is no model directory|not a folder") as failed:
        train(replace(spec, base=str(tmp_path / base)), spec.corpus)
    assert "\n" not in str(failed.value)


@pytest.mark.parametrize(
    ("options", "reason"), [({"batch": 1}, "one pair"), ({"lora": 4}, "leave --lora out")]
)
def test_settings_that_mean_nothing_end_in_one_line(
    spec: Spec, options: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TrainingFailed, match=reason):
        train(replace(spec, **options), spec.corpus)
