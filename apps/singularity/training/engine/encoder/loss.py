"""Multiple negatives ranking loss, over batches larger than memory bears at once.

Henderson et al. 2017, "Efficient Natural Language Response Suggestion for Smart Reply", section
4.4: each sentence is to pick its own function out of the whole batch's. A batch is worth more the
larger it is, so its vectors are made a part at a time and their gradients kept: Gao et al. 2021,
"Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup" (GradCache).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import cross_entropy

SCALE = 20.0
"""1 / temperature; cosines are too flat for a softmax."""

Encode = Callable[[int], torch.Tensor]
"""Part number to vectors (2, pairs, dimensions): of sentences, and of functions. The same part
gives the same vectors each time."""


def ranking_loss(sentences: torch.Tensor, functions: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy, in nats, of picking function i for sentence i.

    Args:
        sentences: unit vectors of shape (pairs, dimensions).
        functions: likewise.
    """
    scores = SCALE * sentences @ functions.T
    return cross_entropy(scores, torch.arange(len(scores), device=scores.device))


def backward_in_parts(encode: Encode, parts: Sequence[int]) -> float:
    """Add the gradient of one batch to the weights', and return its loss.

    A single part is passed once; of several each is passed twice, and memory holds one at a time.
    """
    if len(parts) == 1:
        loss = ranking_loss(*encode(parts[0]))
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it without types
        return float(loss.detach())
    with torch.no_grad():
        vectors = [encode(part) for part in parts]
    kept = torch.cat(vectors, dim=1).requires_grad_()
    loss = ranking_loss(kept[0], kept[1])
    (gradient,) = torch.autograd.grad(loss, kept)
    start = 0
    for part, known in zip(parts, vectors, strict=True):
        end = start + known.shape[1]
        encode(part).backward(gradient[:, start:end])  # type: ignore[no-untyped-call]
        start = end
    return float(loss.detach())
