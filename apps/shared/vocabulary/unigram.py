"""A unigram language model over words (Kudo 2018, "Subword regularization"), by sentencepiece."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from apps.shared.vocabulary.table import ranked, table_write
from apps.shared.vocabulary.words import VISIBLE, visible

MAX_PIECE = 32
"""Bytes: a new line with the deepest indentation that is common."""
Pieces = list[tuple[str, float]]
"""Visible pieces with their log probabilities; the 256 bytes are always among them."""
_SEEDS = 6
"""Seeds for each piece: 3 to 6 do alike, 2 and 20 worse."""
_SEED_WORDS = 60_000
"""The most frequent words, whose stretches fit into memory."""
_UNIT = 1024
"""Log probabilities are whole parts of it: their sums are exact in single and in double precision,
so that every implementation finds the same best pieces of a word."""


def pieces_train(table: Mapping[str, int], count: int) -> Pieces:
    """Train the ``count`` pieces that explain a table best; fewer where it holds no more.

    Equal tables give equal pieces. Raises ValueError for fewer pieces than there are bytes.
    """
    # Heavy, and only who trains needs it.
    from sentencepiece import SentencePieceProcessor

    if count < len(VISIBLE):
        raise ValueError(f"{count} pieces are fewer than the {len(VISIBLE)} bytes")
    processor = SentencePieceProcessor(model_proto=model_train(table, count))
    places = range(1, processor.get_piece_size())  # 0 is sentencepiece's unknown piece
    scores = (round(processor.get_score(place) * _UNIT) / _UNIT for place in places)
    return list(zip(map(processor.id_to_piece, places), scores, strict=True))


def seeds(table: Mapping[str, int], count: int) -> list[tuple[str, int]]:
    """The ``count`` stretches of words that hold most of the code, with the bytes that they hold.

    Training begins from them and takes away. sentencepiece's own choice counts each word once
    and hangs on the order of the words: on Django it ends at 4.5 to 4.95 bytes a token, from
    these it ends at 5.06.
    """
    held: Counter[str] = Counter()
    for word, number in ranked(table)[:_SEED_WORDS]:
        for piece in _stretches(visible(word)):
            held[piece] += number * len(piece)
    return sorted(held.items(), key=lambda item: (-item[1], item[0]))[:count]


def _stretches(word: str) -> set[str]:
    ends = {i: min(len(word), i + MAX_PIECE) for i in range(len(word))}
    return {word[i:j] for i, end in ends.items() for j in range(i + 2, end + 1)}


def model_train(table: Mapping[str, int], count: int) -> bytes:
    """Train sentencepiece's own model of ``count`` pieces beside its unknown one."""
    from sentencepiece import SentencePieceTrainer

    written = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        words, begin = Path(folder) / "words.tsv", Path(folder) / "seeds.tsv"
        table_write(words, table)
        with words.open("a", encoding="utf-8") as stream:  # no byte may be without a piece
            stream.writelines(f"{byte}\t1\n" for byte in VISIBLE)
        lines = (f"{piece}\t{held}\n" for piece, held in seeds(table, count * _SEEDS))
        begin.write_text("".join(lines), encoding="utf-8")
        SentencePieceTrainer.train(
            input=str(words),
            input_format="tsv",
            seed_sentencepieces_file=str(begin),
            model_writer=written,
            model_type="unigram",
            vocab_size=count + 1,
            hard_vocab_limit=False,
            character_coverage=1.0,
            max_sentencepiece_length=MAX_PIECE,
            normalization_rule_name="identity",
            add_dummy_prefix=False,
            remove_extra_whitespaces=False,
            split_by_whitespace=False,
            split_by_number=False,
            split_by_unicode_script=False,
            unk_id=0,
            bos_id=-1,
            eos_id=-1,
            pad_id=-1,
            num_threads=2,  # fixed: sums of parts depend on how many there are
            minloglevel=2,
        )
    return written.getvalue()
