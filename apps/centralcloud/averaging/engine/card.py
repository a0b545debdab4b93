"""The model card of an aggregate: what it was made of, and of how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WHAT = (
    "What the contributors measured of their own submissions on their own held-out code, as a mean "
    "by examples. It says nothing yet of the aggregate, which each instance measures for itself "
    "before it uses it."
)


@dataclass(frozen=True, slots=True)
class Card:
    """What an aggregate says of itself. Nobody who contributed is named."""

    version: str
    kind: str
    scope: str
    family: str
    base: str
    round: int
    aggregator: str
    contributors: int
    examples: int
    metrics: Mapping[str, float]


def card_text(card: Card) -> str:
    """The card as Markdown, the same for the same content."""
    origin = f"`{card.base}`" if card.base else "weights that all drew from one seed"
    told = [f"| {name} | {value:.6g} |" for name, value in sorted(card.metrics.items())]
    return "\n".join(
        [
            f"# {card.version}",
            "",
            f"An aggregate of {card.contributors} instances' training.",
            "",
            "| | |",
            "|---|---|",
            f"| kind | {card.kind} |",
            f"| languages | {card.scope} |",
            f"| family | `{card.family}` |",
            f"| goes on from | {origin} |",
            f"| round | {card.round} |",
            f"| aggregator | {card.aggregator} |",
            f"| examples | {card.examples:,} |",
            "",
            WHAT,
            "",
            "| metric | mean |",
            "|---|---|",
            *told,
            "",
            "Weights are safetensors; nothing in this bundle is run.",
            "",
        ]
    )
