"""Weights are read by a header that is checked before it is believed, and written as others do."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.shared.artifacts.engine.errors import ArtifactError
from apps.shared.artifacts.engine.header import LARGEST_HEADER
from apps.shared.artifacts.engine.numbers import DTYPES
from apps.shared.artifacts.engine.weights import (
    WeightsWriter,
    architecture_of,
    shapes_check,
    tokenizer_digest,
    weights_open,
)

ONE = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


def file_of(folder: Path, header: Any, data: bytes = bytes(8)) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
    return folder / "model.safetensors"


def test_a_whole_file_is_read_without_a_copy(tmp_path: Path) -> None:
    data = np.array([1.5, -2.5], np.float32).tobytes()
    with weights_open(file_of(tmp_path, {"a": ONE, "__metadata__": {"k": "v"}}, data)) as weights:
        array = weights.array("a")
        assert (weights.names(), weights.shape("a"), weights.dtype("a")) == (["a"], (2,), "F32")
        assert array.tolist() == [1.5, -2.5]
        assert not array.flags.owndata
        assert not array.flags.writeable
        assert weights.metadata == {"k": "v"}
    assert array.tolist() == [1.5, -2.5]  # the file stays mapped while an array looks at it


@pytest.mark.parametrize(
    "header",
    [
        *(b"", b"{", b"[]", b"null", b"1", b"\xff\xfe", b"[" * 100_000, b'{"a":NaN}', b" "),
        b'{"a":%s,"a":%s}' % (json.dumps(ONE).encode(), json.dumps(ONE).encode()),
        {"a": 1},
        {"a": {}},
        {"a": ONE | {"more": 1}},
        {"a": ONE | {"dtype": "F128"}},
        {"a": ONE | {"dtype": ["F32"]}},
        {"a": ONE | {"dtype": "F16"}},
        {"a": ONE | {"shape": [3]}},
        {"a": ONE | {"shape": [-2]}},
        {"a": ONE | {"shape": [2.0]}},
        {"a": ONE | {"shape": [True, 2]}},
        {"a": ONE | {"shape": "2"}},
        {"a": ONE | {"shape": [1] * 40 + [2]}},
        {"a": ONE | {"shape": [2**63, 2**63]}},
        {"a": ONE | {"shape": [0, 2**70]}},
        {"a": ONE | {"data_offsets": [8, 16]}},
        {"a": ONE | {"data_offsets": [8, 0]}},
        {"a": ONE | {"data_offsets": [-8, 0]}},
        {"a": ONE | {"data_offsets": [0]}},
        {"a": ONE | {"data_offsets": [0, 2**80]}},
        {"a": ONE, "b": ONE},
        {"a": ONE | {"shape": [1], "data_offsets": [0, 4]}},
        {"a": ONE | {"shape": [1], "data_offsets": [4, 8]}},
        {"": ONE},
        {"a\n": ONE},
        {"a" * 300: ONE},
        {"a": ONE, "__metadata__": {"k": 1}},
        {"a": ONE, "__metadata__": []},
        {},
    ],
    ids=lambda header: str(header)[:40],
)
def test_a_header_that_does_not_describe_the_file_is_refused(tmp_path: Path, header: Any) -> None:
    with pytest.raises(ArtifactError) as error:
        weights_open(file_of(tmp_path, header))
    assert "\n" not in str(error.value)
    assert "model.safetensors" in str(error.value)


@pytest.mark.parametrize("data", [b"", b"\x00" * 7, b"\xff" * 8, b"\xff" * 4000, bytes(8)])
def test_what_is_no_such_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "model.safetensors").write_bytes(data)
    with pytest.raises(ArtifactError):
        weights_open(tmp_path / "model.safetensors")


def test_a_header_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    with file.open("wb") as opened:
        opened.write((LARGEST_HEADER + 1).to_bytes(8, "little"))
        opened.truncate(LARGEST_HEADER * 2)
    with pytest.raises(ArtifactError, match="header has"):
        weights_open(file)


def test_a_missing_file_and_a_folder_are_said_in_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(ArtifactError, match="cannot be read"):
            weights_open(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
NUMBERS = st.integers(-2, 20) | st.integers()
ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from([*DTYPES, "F8"]) | JSON,
        "shape": st.lists(NUMBERS, max_size=3) | JSON,
        "data_offsets": st.lists(NUMBERS, min_size=2, max_size=2) | JSON,
    }
)
HEADERS = st.binary(max_size=200) | st.dictionaries(st.text(max_size=9), ENTRY | JSON) | JSON


@settings(max_examples=400)
@given(header=HEADERS, data=st.binary(max_size=64))
def test_no_header_does_anything_but_be_right_or_refused(
    tmp_path_factory: pytest.TempPathFactory, header: Any, data: bytes
) -> None:
    try:
        weights = weights_open(file_of(tmp_path_factory.getbasetemp(), header, data))
    except ArtifactError:
        return
    with weights:
        total = sum(weights.stored(name).nbytes for name in weights.names())
        assert total == len(data)
        for name in weights.names():
            assert weights.array(name).shape == weights.shape(name)


def test_written_files_are_the_same_bytes_and_what_others_read(tmp_path: Path) -> None:
    from safetensors.numpy import load_file
    from safetensors.torch import load_file as load_torch

    random = np.random.default_rng(0)
    tensors: dict[str, np.ndarray[Any, Any]] = {
        "z.weight": random.standard_normal((3, 5), np.float32),
        "empty": np.empty((0, 4), np.float32),
        "scalar": np.full((), 2, np.float32),
        "places": np.arange(7),
        "bytes": np.arange(3, dtype=np.uint8),
    }
    dtypes = {"places": "I64", "bytes": "U8"}
    for name in ("one", "two"):
        order = sorted(tensors, reverse=name == "two")
        shapes = {one: tensors[one].shape for one in order}
        with WeightsWriter(tmp_path / name, shapes, dtypes=dtypes) as out:
            for one in order:
                half = tensors[one].size // 2
                out.write(one, tensors[one].reshape(-1)[:half])
                out.write(one, tensors[one].reshape(-1)[half:])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    for name, read in load_file(tmp_path / "one").items():
        np.testing.assert_array_equal(read, tensors[name])
    assert set(load_torch(tmp_path / "two")) == set(tensors)
    with weights_open(tmp_path / "one") as weights:
        for name, tensor in tensors.items():
            np.testing.assert_array_equal(weights.array(name), tensor)


def test_what_torch_wrote_is_read_in_every_kind_of_number(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    kinds = [torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.bool]
    values = torch.tensor([[0.0, 1.0, -1.5], [1e-8, 3e4, 0.1]])
    tensors = {str(kind): values.to(kind) for kind in kinds}
    save_file(tensors, str(tmp_path / "file"))
    with weights_open(tmp_path / "file") as weights:
        assert set(weights.names()) == set(tensors)
        for name, tensor in tensors.items():
            wide = tensor.to(torch.float32) if tensor.dtype == torch.bfloat16 else tensor
            np.testing.assert_array_equal(weights.array(name), wide.numpy())
            part = weights.part(name, 1, 5)
            np.testing.assert_array_equal(part, tensor.to(torch.float32).flatten()[1:5].numpy())


def test_bfloat16_is_written_as_torch_does(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    values = np.random.default_rng(0).standard_normal(5000).astype(np.float32) * 1e3
    values[:4] = [np.nan, np.inf, -np.inf, 0]
    with WeightsWriter(tmp_path / "file", {"a": (5000,)}, dtypes={"a": "BF16"}) as out:
        out.write("a", values)
    read = load_file(tmp_path / "file")["a"]
    assert torch.equal(read[1:], torch.from_numpy(values).to(torch.bfloat16)[1:])
    assert math.isnan(read[0])


def write_parts(file: Path, name: str, parts: list[int]) -> None:
    with WeightsWriter(file, {"a": (4,)}) as out:
        for part in parts:
            out.write(name, np.zeros(part, np.float32))


def test_what_was_not_written_whole_does_not_appear(tmp_path: Path) -> None:
    for name, parts, says in (
        ("a", [3], "not written whole"),
        ("a", [3, 3], "larger than its shape"),
        ("b", [4], "b"),
    ):
        with pytest.raises((ArtifactError, KeyError), match=says):
            write_parts(tmp_path / "file", name, parts)
    assert list(tmp_path.iterdir()) == []


def test_shapes_are_checked_and_the_wrong_ones_named(tmp_path: Path) -> None:
    file = file_of(tmp_path, {"a": ONE})
    shapes_check(file, {"a": (2,)})
    for shapes, says in (
        ({"a": (2,), "b": (1,)}, "lacks: b"),
        ({}, "has besides its family's tensors: a"),
        ({"a": (1, 2)}, "in another shape: a"),
    ):
        with pytest.raises(ArtifactError, match=says):
            shapes_check(file, shapes)


def bundle(folder: Path, config: dict[str, Any], header: Any = None) -> Path:
    folder.mkdir()
    file_of(folder, header or {"a": ONE})
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def test_an_architecture_is_what_is_computed_and_not_by_whom(tmp_path: Path) -> None:
    config = {"d_model": 64, "model_type": "t5", "dropout_rate": 0.1}
    digest = architecture_of(bundle(tmp_path / "one", config))
    noise = {
        "transformers_version": "9",
        "_name_or_path": "/home/me/x",
        "torch_dtype": "float32",
        "dropout_rate": 0.0,
    }
    assert architecture_of(bundle(tmp_path / "same", noise | config | noise)) == digest
    others = [
        architecture_of(bundle(tmp_path / "wider", config | {"d_model": 65})),
        architecture_of(bundle(tmp_path / "named", config, {"b": ONE})),
        architecture_of(bundle(tmp_path / "shaped", config, {"a": ONE | {"shape": [1, 2]}})),
    ]
    assert len({digest, *others}) == 4
    assert digest.startswith("sha256:")


def test_a_tokenizer_is_its_vocabulary_and_not_its_last_use(tmp_path: Path) -> None:
    digests = []
    for number, said in enumerate(
        (
            {"model": {"vocab": [["a", 0]]}, "padding": None, "truncation": None},
            {"truncation": {"max_length": 5}, "padding": 1, "model": {"vocab": [["a", 0]]}},
            {"model": {"vocab": [["b", 0]]}, "padding": None, "truncation": None},
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "tokenizer.json").write_text(json.dumps(said))
        digests.append(tokenizer_digest(folder))
    assert digests[0] == digests[1] != digests[2]
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ArtifactError, match="no JSON"):
        tokenizer_digest(folder)
    with pytest.raises(ArtifactError, match="cannot be read"):
        tokenizer_digest(tmp_path)
