"""Remarks for people and as plain JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from apps.singularity.patterns.engine.review.model import Remark


def as_text(remarks: Sequence[Remark]) -> str:
    """One line a remark as compilers write them, the places it stands on, and a count."""
    lines: list[str] = []
    for remark in remarks:
        place = remark.place
        inside = f" ({remark.symbol})" if remark.symbol else ""
        lines.append(
            f"{place.path}:{place.start_line}: {remark.level}: {remark.message}{inside}"
            f" [{remark.kind}]"
        )
        lines += [f"    see {at.path}:{at.start_line}" for at in remark.evidence.places[:3]]
    return "\n".join([*lines, _count(remarks)]) + "\n"


def _count(remarks: Sequence[Remark]) -> str:
    counts = Counter(remark.level for remark in remarks)
    shown = [f"{count} {level}{'s' * (count != 1)}" for level, count in counts.most_common()]
    return ", ".join(shown) or "nothing to remark"


def as_json(remarks: Sequence[Remark]) -> str:
    """An object with the remarks as a list."""
    return json.dumps({"remarks": [remark.as_json() for remark in remarks]}, indent=2) + "\n"
