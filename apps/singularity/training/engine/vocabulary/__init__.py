"""Trains the tokenizer of a corpus, and judges tokenizers by how much held-out code a token holds.

The word table that it was made of stays beside the bundle, in the run's folder: it is a list of
words of the code, and no bundle that could be shared has it.
"""

from apps.singularity.training.engine.vocabulary.evaluation import evaluate
from apps.singularity.training.engine.vocabulary.training import WORDS, train

__all__ = ["WORDS", "evaluate", "train"]
