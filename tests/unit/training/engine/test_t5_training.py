"""What a training leaves behind, and how it meets trouble."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, T5ForConditionalGeneration

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5 import evaluate, train
from tests.common.t5 import named, told, vocabulary_make

Said = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """The events since it was asked last."""
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines() if line]


@dataclass(frozen=True)
class Trained:
    """A run that ended well, and what it said."""

    spec: Spec
    heard: list[dict[str, Any]]

    @property
    def bundle(self) -> Path:
        return self.spec.run / "bundle"

    def copy(self, folder: Path) -> Spec:
        """The same run in another folder, to be damaged."""
        copytree(self.spec.run, folder)
        return replace(self.spec, run=folder)


@pytest.fixture(scope="module")
def trained(
    corpus: Path, vocabulary_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    """One run for the tests that look at what a run leaves behind."""
    run = tmp_path_factory.mktemp("trained") / "run"
    spec = Spec(
        kind="t5", corpus=corpus, run=run, tokenizer=str(vocabulary_folder), size="test", steps=16,
        evaluate_every=8, checkpoint_every=4, threads=1, device="cpu", version="one_t5-python_v1.0",
    )  # fmt: skip
    return Trained(spec, told(spec))


def test_a_bundle_loads_and_is_what_was_judged(trained: Trained, said: Said) -> None:
    spec, heard = trained.spec, trained.heard
    [done] = named(heard, "done")
    bundle = spec.run / done["bundle"]
    assert done["metrics"]["bits_per_byte"] < done["before"]["bits_per_byte"] - 0.3
    curve = [one["metrics"]["bits_per_byte"] for one in named(heard, "evaluated")]
    assert done["metrics"]["bits_per_byte"] == min(curve)
    evaluate(replace(spec, task="evaluate", models={"it": str(bundle)}))
    [compared] = named(said(), "compared")
    assert compared["metrics"] == pytest.approx(done["metrics"], rel=1e-6)
    model = T5ForConditionalGeneration.from_pretrained(bundle)
    tokenizer = AutoTokenizer.from_pretrained(bundle)
    ids = tokenizer("def load_<extra_id_0>(", return_tensors="pt").input_ids
    assert len(model.generate(ids, max_new_tokens=4)) == 1  # type: ignore[misc]  # a mixin's self
    assert {tensor.dtype for tensor in load_file(bundle / "model.safetensors").values()} == {
        torch.float32
    }


def test_a_card_tells_the_data_and_lineage_and_neither_paths_nor_source(trained: Trained) -> None:
    spec, bundle = trained.spec, trained.bundle
    card = (bundle / "README.md").read_text()
    digest = json.loads((spec.corpus / "manifest.json").read_text())["digest"]
    assert digest in card
    assert "one_t5-python_v1.0" in card
    for file in [*bundle.glob("*.json"), bundle / "README.md"]:
        assert str(spec.run.parent) not in file.read_text()
    assert "raise ValueError" not in card
    allowed = {".json", ".safetensors", ".md"}
    assert {file.suffix for file in bundle.iterdir()} <= allowed


def test_weights_from_scratch_are_alike_whatever_the_seed(spec: Spec, said: Said) -> None:
    train(replace(spec, steps=1, seed=1), spec.corpus)
    train(replace(spec, steps=1, seed=2, run=spec.run / "other"), spec.corpus)
    one, other = named(said(), "done")
    assert one["before"] == other["before"]
    assert one["metrics"] != other["metrics"]


def test_a_damaged_checkpoint_gives_way_to_the_one_before(
    trained: Trained, said: Said, tmp_path: Path
) -> None:
    spec = trained.copy(tmp_path / "run")
    whole = (spec.run / "bundle/model.safetensors").read_bytes()
    weights = spec.run / f"checkpoint-{spec.steps}" / "weights.safetensors"
    broken = bytearray(weights.read_bytes())
    broken[-1] ^= 1
    weights.write_bytes(broken)
    said()
    train(replace(spec, resume=True), spec.corpus)
    notes = [note["text"] for note in named(said(), "note")]
    assert f"step {spec.steps} is damaged" in notes[0]
    assert f"from the checkpoint of step {spec.steps - 4}" in notes[1]
    assert (spec.run / "bundle/model.safetensors").read_bytes() == whole


def test_a_checkpoint_of_another_run_is_refused(trained: Trained) -> None:
    with pytest.raises(TrainingFailed, match="its seed differ"):
        train(replace(trained.spec, seed=5, resume=True), trained.spec.corpus)


def test_an_absurd_rate_stops_with_its_cause(spec: Spec) -> None:
    with pytest.raises(TrainingFailed, match=r"(S|s)tep \d+ .*rate"):
        train(replace(spec, rate=1e30), spec.corpus)
    assert not (spec.run / "bundle").exists()


def test_steps_that_only_harm_leave_the_weights_of_the_start(spec: Spec, said: Said) -> None:
    train(replace(spec, rate=50.0, steps=6, evaluate_every=2), spec.corpus)
    heard = said()
    [done] = named(heard, "done")
    assert done["metrics"] == done["before"]
    assert "keeps those weights" in named(heard, "note")[-1]["text"]


def test_what_is_averaged_with_others_are_the_last_weights_though_they_are_worse_alone(
    spec: Spec, said: Said
) -> None:
    harmful = replace(spec, rate=50.0, steps=6, evaluate_every=2, round_number=2)
    train(harmful, spec.corpus)
    heard = said()
    [done] = named(heard, "done")
    last = named(heard, "evaluated")[-1]
    assert last["step"] == 6
    assert done["metrics"] == last["metrics"]
    assert done["metrics"]["bits_per_byte"] > done["before"]["bits_per_byte"]


def test_out_of_memory_lowers_the_micro_batch_and_not_the_result(
    spec: Spec, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = replace(spec, threads=1, steps=6)
    train(spec, spec.corpus)
    forward = T5ForConditionalGeneration.forward

    def bounded(self: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs["input_ids"].shape[0] > 2 and torch.is_grad_enabled():
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return forward(self, *args, **kwargs)

    monkeypatch.setattr(T5ForConditionalGeneration, "forward", bounded)
    train(replace(spec, run=spec.run / "small"), spec.corpus)
    heard = said()
    assert "goes on with 2" in named(heard, "note")[0]["text"]
    one, other = named(heard, "done")
    assert one["metrics"] == pytest.approx(other["metrics"], rel=1e-3)


def test_a_base_is_tuned_whole_or_through_adapters(
    spec: Spec, trained: Trained, said: Said
) -> None:
    base = str(trained.bundle)
    for lora, rate in ((0, 0.0), (4, 0.1)):
        run = spec.run / f"tuned-{lora}"
        tuned = replace(spec, base=base, tokenizer="", lora=lora, rate=rate, run=run)
        train(tuned, spec.corpus)
        [done] = named(said(), "done")
        assert done["metrics"]["bits_per_byte"] < done["before"]["bits_per_byte"]
        one, other = (
            load_file(folder / "model.safetensors") for folder in (Path(base), run / "bundle")
        )
        assert one.keys() == other.keys()
        frozen = torch.equal(one["shared.weight"], other["shared.weight"])
        assert frozen == bool(lora)


@pytest.fixture
def base(tmp_path: Path, vocabulary_folder: Path) -> Path:
    """A folder that claims to be a T5 with the tests' vocabulary."""
    folder = tmp_path / "base"
    folder.mkdir()
    for file in vocabulary_folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "config.json").write_text(json.dumps({"model_type": "t5", "vocab_size": 512}))
    return folder


@pytest.mark.parametrize(
    ("file", "content", "reason"),
    [
        ("config.json", None, "no config.json"),
        ("config.json", "{}", "names no model type"),
        ("config.json", '{"model_type": "bert"}', "is a bert model"),
        ("pytorch_model.bin", "pickled", "no model.safetensors"),
        ("model.safetensors", "not at all", "cannot be loaded"),
    ],
)
def test_a_base_that_is_no_t5_is_refused_in_one_line(
    spec: Spec, base: Path, file: str, content: str | None, reason: str
) -> None:
    if content is None:
        (base / file).unlink()
    else:
        (base / file).write_text(content)
    with pytest.raises(TrainingFailed, match=reason) as raised:
        train(replace(spec, base=str(base)), spec.corpus)
    assert "\n" not in str(raised.value)


def test_a_folder_without_a_vocabulary_is_refused(spec: Spec) -> None:
    with pytest.raises(TrainingFailed, match=r"\A.*tokenizer\.json is missing.*\Z"):
        train(replace(spec, tokenizer="/nowhere"), spec.corpus)


def test_a_vocabulary_of_another_family_is_refused(
    spec: Spec, trained: Trained, tmp_path: Path
) -> None:
    other = vocabulary_make(tmp_path / "other", 361)
    with pytest.raises(TrainingFailed, match="another family"):
        train(replace(spec, base=str(trained.bundle), tokenizer=str(other)), spec.corpus)


def test_broken_numbers_in_a_base_are_named(spec: Spec, trained: Trained, tmp_path: Path) -> None:
    file = trained.copy(tmp_path / "copy").run / "bundle/model.safetensors"
    weights = load_file(file)
    weights["shared.weight"][3, 3] = float("nan")
    save_file(weights, file, metadata={"format": "pt"})
    again = replace(spec, base=str(file.parent), tokenizer="", run=spec.run / "again")
    with pytest.raises(TrainingFailed, match=r"shared\.weight holds numbers that are none"):
        train(again, spec.corpus)


def test_instructions_are_learned_beside_spans(spec: Spec, said: Said) -> None:
    train(replace(spec, instructions=0.5), spec.corpus)
    [done] = named(said(), "done")
    for metric in ("bits_per_byte", "instruction_bits_per_byte"):
        assert done["metrics"][metric] < done["before"][metric] - 0.2
