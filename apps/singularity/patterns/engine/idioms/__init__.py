"""Idioms: what a code base says again and again, as anonymised templates.

`search` finds the frequent closed fragments: `features` says what each piece of code is made of,
`seeds` groups pieces that share telling features, `closure` takes what a group has in common,
`matching` finds all its occurrences, beginning at `pivots`, `contained` drops what only occurs in
something larger, and `ranking` puts first what tells most. `writing` makes patterns of them. The
cost is that of some sorts of arrays over all nodes; nothing is compared pair by pair.
"""

from apps.singularity.patterns.engine.idioms.miner import IdiomMiner

__all__ = ["IdiomMiner"]
