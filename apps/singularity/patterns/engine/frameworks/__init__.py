"""Which frameworks and tools a code base uses, each with its version, confidence and evidence.

Rules are data, one YAML file a category under ``rules/``; a user's own folder adds to them.
"""

from apps.singularity.patterns.engine.frameworks.detect import detect_frameworks
from apps.singularity.patterns.engine.frameworks.loading import InvalidRule, load_rules
from apps.singularity.patterns.engine.frameworks.model import (
    DeclaredFact,
    Evidence,
    EvidenceKind,
    FileImports,
    FilePattern,
    FrameworkDetection,
    Role,
    Rule,
)
from apps.singularity.patterns.engine.frameworks.rulebook import RuleBook

__all__ = [
    "DeclaredFact",
    "Evidence",
    "EvidenceKind",
    "FileImports",
    "FilePattern",
    "FrameworkDetection",
    "InvalidRule",
    "Role",
    "Rule",
    "RuleBook",
    "detect_frameworks",
    "load_rules",
]
