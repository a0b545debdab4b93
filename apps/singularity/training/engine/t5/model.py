"""The model: from scratch, or from a local folder; whole, or through adapters."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors import SafetensorError
from torch import nn
from transformers import T5Config, T5ForConditionalGeneration

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.t5.recipe import EMBEDDING_DEVIATION, WEIGHTS_SEED, Size
from apps.singularity.training.engine.t5.vocabulary import Vocabulary

_MULTIPLE = 64
"""Rows of the embedding: matrix kernels like them round."""
TABLES = ("shared", "relative_attention_bias")
"""Names of matrices that are look-up tables."""


def model_fresh(size: Size, vocabulary: Vocabulary) -> T5ForConditionalGeneration:
    """A model from scratch: v1.1's gated layers, one table for inputs and outputs, no dropout."""
    config = T5Config(  # type: ignore[call-arg]  # what every configuration takes is not declared
        vocab_size=-(-vocabulary.size // _MULTIPLE) * _MULTIPLE,
        d_model=size.width,
        d_kv=size.head,
        d_ff=size.feed_forward,
        num_layers=size.layers,
        num_heads=size.heads,
        feed_forward_proj="gated-gelu",
        dropout_rate=0.0,
        pad_token_id=vocabulary.pad,
        eos_token_id=vocabulary.end,
        decoder_start_token_id=vocabulary.pad,
    )
    torch.manual_seed(WEIGHTS_SEED)
    model = T5ForConditionalGeneration(config)
    nn.init.normal_(model.shared.weight, std=EMBEDDING_DEVIATION)
    # T5 divides the decoder's output by the root of its width, made for embeddings of 1.0: with
    # small ones the logits would have to grow first, which costs a fifth of the bits at 80 steps.
    nn.init.constant_(model.decoder.final_layer_norm.weight, size.width**0.5)
    return model


def model_open(folder: Path) -> T5ForConditionalGeneration:
    """A model from a Hugging Face folder, in fp32, without dropout.

    Raises TrainingFailed where the folder is no T5 model, or its weights are pickled.
    """
    kind = _kind_said(folder)
    if kind != "t5":
        raise TrainingFailed(f"The base in {folder} is a {kind} model, not a T5.")
    if not any(folder.glob("*.safetensors")):
        raise TrainingFailed(f"There is no model.safetensors in {folder}; no other format is read.")
    try:
        model = T5ForConditionalGeneration.from_pretrained(
            folder,
            dtype=torch.float32,
            dropout_rate=0.0,
            use_safetensors=True,
            local_files_only=True,
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        first = str(error).strip().splitlines()[0]
        raise TrainingFailed(f"The base in {folder} cannot be loaded: {first}") from error
    return model


def base_check(
    folder: Path, model: T5ForConditionalGeneration, vocabulary: Vocabulary, asked: str
) -> None:
    """Raises TrainingFailed where the vocabulary is not the one that the base was trained with."""
    rows = model.config.vocab_size
    if vocabulary.size > rows:
        raise TrainingFailed(
            f"The vocabulary has {vocabulary.size} tokens and the base {rows}: it is another's."
        )
    if asked and Path(asked).resolve() != folder.resolve() and _other(Path(asked), folder):
        raise TrainingFailed(
            "The vocabulary is of another family than the base: leave it out, the base has its own."
        )


def adapters_put(model: T5ForConditionalGeneration, rank: int) -> PeftModel:
    """Low-rank adapters on every attention and feed-forward matrix, all else frozen.

    They are put into ``model`` itself; what comes back can merge them. Hu et al. 2021, LoRA;
    alpha is twice the rank.
    """
    names = ["q", "k", "v", "o", "wi", "wi_0", "wi_1", "wo"]
    torch.manual_seed(WEIGHTS_SEED)
    config = LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=names)
    return get_peft_model(model, config)


def model_save(model: T5ForConditionalGeneration, folder: Path, base: str) -> None:
    """Write weights in fp32 and the configuration.

    The dropout of ``base`` (its folder) is put back: it is part of what the base is, and this
    training only left it out.
    """
    if base:
        said = json.loads((Path(base) / "config.json").read_text(encoding="utf-8"))
        model.config.dropout_rate = said.get("dropout_rate", T5Config().dropout_rate)
    model.save_pretrained(folder)


def _kind_said(folder: Path) -> str:
    file = folder / "config.json"
    if not file.is_file():
        raise TrainingFailed(f"{folder} is no model: there is no config.json in it.")
    try:
        return str(json.loads(file.read_text(encoding="utf-8"))["model_type"])
    except (ValueError, KeyError, TypeError) as error:
        raise TrainingFailed(f"{folder} is no model: config.json names no model type.") from error


def _other(asked: Path, base: Path) -> bool:
    one, other = asked / "tokenizer.json", base / "tokenizer.json"
    return one.is_file() and other.is_file() and one.read_bytes() != other.read_bytes()
