"""A change compared with what was learned of its code base."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from apps.singularity.patterns.engine.review.broken_rules import broken_rules
from apps.singularity.patterns.engine.review.known_functions import known_functions
from apps.singularity.patterns.engine.review.model import Learned, Remark, ReviewedFile
from apps.singularity.patterns.engine.review.new_cycles import new_cycles
from apps.singularity.patterns.engine.review.read import read_all
from apps.singularity.patterns.engine.review.unusual import unusual_choices


def review(
    new: Sequence[ReviewedFile], learned: Learned, *, removed: Collection[str] = ()
) -> tuple[Remark, ...]:
    """What is worth a look in the changed lines of these files, by place.

    ``removed`` are paths that the change takes away (`Diff.removed`). The result depends on the
    arguments alone.
    """
    reads = read_all(new)
    gone = frozenset(removed)
    remarks = [
        *broken_rules(reads, learned),
        *known_functions(reads, learned, gone),
        *new_cycles(reads, learned, gone),
        *unusual_choices(reads, learned),
    ]
    return tuple(sorted(dict.fromkeys(remarks), key=lambda r: (r.place, r.kind, r.message)))
