"""Floating point operations that a model needs, counted from its formula.

A product of (m, k) and (k, n) takes 2mkn; the backward pass takes twice the forward one. What is
counted is matrix products alone, and no recomputation: Kaplan et al. 2020 (section 2.1, table 1)
and Chowdhery et al. 2022 (PaLM, appendix B), with the attention that they leave out for short
sequences counted too. Embedding look-ups are no products; the output layer is one.
"""

from __future__ import annotations

from dataclasses import dataclass

TRAINING = 3
"""Forward once, backward twice."""


@dataclass(frozen=True, slots=True)
class Layers:
    """A stack of equal transformer layers.

    Args:
        count: layers.
        width: of the residual stream.
        inner: heads x head width.
        feed_forward: width of its hidden layer.
        matrices: of the feed-forward part: 2, or 3 where it is gated.
    """

    count: int
    width: int
    inner: int
    feed_forward: int
    matrices: int


def self_attention_flops(layers: Layers, tokens: int) -> int:
    """One forward pass of the stack over a sequence, without cross-attention."""
    projections = 4 * 2 * tokens * layers.width * layers.inner
    products = 2 * 2 * tokens * tokens * layers.inner
    dense = layers.matrices * 2 * tokens * layers.width * layers.feed_forward
    return layers.count * (projections + products + dense)


def cross_attention_flops(layers: Layers, tokens: int, source: int) -> int:
    """Forward, of ``tokens`` that look at ``source`` others.

    Queries and outputs are products on one side, keys and values on the other.
    """
    projections = 2 * 2 * (tokens + source) * layers.width * layers.inner
    products = 2 * 2 * tokens * source * layers.inner
    return layers.count * (projections + products)


def encoder_decoder_flops(
    *, encoder: Layers, decoder: Layers, vocabulary: int, source: int, target: int
) -> int:
    """Training (forward and backward) on one pair of sequences, lengths in tokens."""
    forward = self_attention_flops(encoder, source) + self_attention_flops(decoder, target)
    forward += cross_attention_flops(decoder, target, source)
    return TRAINING * (forward + 2 * target * decoder.width * vocabulary)


def encoder_flops(*, encoder: Layers, tokens: int) -> int:
    """Training (forward and backward) of an encoder alone on one sequence."""
    return TRAINING * self_attention_flops(encoder, tokens)
