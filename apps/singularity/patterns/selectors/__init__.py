"""Read side of mining."""

from apps.singularity.patterns.selectors.known import (
    KnownPattern,
    codebase_wanted,
    holding,
    module_graph,
    own,
    pattern_known,
    recent_support,
)

__all__ = [
    "KnownPattern",
    "codebase_wanted",
    "holding",
    "module_graph",
    "own",
    "pattern_known",
    "recent_support",
]
