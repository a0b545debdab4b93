"""What people call the kinds of patterns."""

from __future__ import annotations

from apps.singularity.patterns.engine.mined import PatternKind

KIND_NAMES = {
    PatternKind.IDIOM: "idiom",
    PatternKind.API_SET: "calls together",
    PatternKind.API_ORDER: "calls in order",
    PatternKind.RULE: "rule",
    PatternKind.CONVENTION: "convention",
    PatternKind.CLONE: "clone",
}
KIND_PLURALS = {
    PatternKind.IDIOM: "Idioms",
    PatternKind.API_SET: "Calls together",
    PatternKind.API_ORDER: "Calls in order",
    PatternKind.RULE: "Rules",
    PatternKind.CONVENTION: "Conventions",
    PatternKind.CLONE: "Clones",
}
