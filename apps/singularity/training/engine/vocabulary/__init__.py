"""Trains the tokenizer of a corpus, and judges tokenizers by how much held-out code a token holds.

The bundle of a local vocabulary has the word table that it was made of. It never leaves: nothing
that does is written from it but hashes, and words that enough other instances have as well.
"""

from apps.singularity.training.engine.vocabulary.evaluation import evaluate
from apps.singularity.training.engine.vocabulary.training import WORDS, train

__all__ = ["WORDS", "evaluate", "train"]
