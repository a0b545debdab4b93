"""The search encoder: a sentence encoder tuned on the code base that it will search.

Each pair is a documentation sentence and its function without documentation, told apart from the
other functions of its batch (``loss``). What counts is whether the sentence finds the function
(``judging``), among code that was held out.
"""

from apps.singularity.training.engine.encoder.training import evaluate, train

__all__ = ["evaluate", "train"]
