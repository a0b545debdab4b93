"""New code compared with what was learned: breaks of rules, clones, cycles, unusual names."""

from apps.singularity.patterns.engine.review.changes import ChangedLines
from apps.singularity.patterns.engine.review.diff import Diff, DiffError, parse_diff
from apps.singularity.patterns.engine.review.model import (
    Evidence,
    Learned,
    Level,
    Remark,
    RemarkKind,
    ReviewedFile,
)
from apps.singularity.patterns.engine.review.review import review
from apps.singularity.patterns.engine.review.sarif import as_sarif
from apps.singularity.patterns.engine.review.text import as_json, as_text

__all__ = [
    "ChangedLines",
    "Diff",
    "DiffError",
    "Evidence",
    "Learned",
    "Level",
    "Remark",
    "RemarkKind",
    "ReviewedFile",
    "as_json",
    "as_sarif",
    "as_text",
    "parse_diff",
    "review",
]
