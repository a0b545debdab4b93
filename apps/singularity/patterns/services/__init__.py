"""Write side of mining."""

from apps.singularity.patterns.services.errors import MiningError
from apps.singularity.patterns.services.mining import MiningReport, codebase_mine, mining_due
from apps.singularity.patterns.services.runs import MINE, mine_enqueue, mine_run

__all__ = [
    "MINE",
    "MiningError",
    "MiningReport",
    "codebase_mine",
    "mine_enqueue",
    "mine_run",
    "mining_due",
]
