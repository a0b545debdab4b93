"""Functions that stand in the code base more than once: exact, renamed and near clones.

The encoded tree, made once per file anyway, gives each function its fingerprint; the miner
compares fingerprints only.
"""

from apps.singularity.patterns.engine.clones.fingerprints import fingerprints
from apps.singularity.patterns.engine.clones.groups import Member
from apps.singularity.patterns.engine.clones.miner import CloneMiner

__all__ = ["CloneMiner", "Member", "fingerprints"]
