"""Code patterns as they travel: templates with metavariables, and counts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from apps.shared.contracts.payloads.base import (
    NO_NUL,
    CodebaseState,
    Language,
    Payload,
    Positive,
    Signature,
    Time,
    check_once,
)
from apps.shared.contracts.signatures import signature_of

PATTERNS_LIMIT = 2_000
WITHDRAWN_LIMIT = 10_000
TEMPLATE_LIMIT = 8_000

SharedPatternKind = Literal["idiom", "api_set", "api_order", "rule", "convention"]
"""Groups of clones are not among them: they are about places, which never leave."""
Template = Annotated[
    str, StringConstraints(min_length=1, max_length=TEMPLATE_LIMIT, pattern=NO_NUL)
]


class CodePatternFact(Payload):
    """One pattern as it holds in one code base.

    ``occurrences`` are the places that keep it, in ``files``; ``opportunities`` those where it
    applies, for the kinds that can be broken. ``canonical`` is the form that the signature is
    made from, empty where that is the template. ``first_seen_at`` is by the sender's clock.
    """

    kind: SharedPatternKind
    language: Language
    signature: Signature
    template: Template
    canonical: Annotated[str, StringConstraints(max_length=TEMPLATE_LIMIT, pattern=NO_NUL)] = ""
    occurrences: Positive
    files: Positive
    opportunities: Positive | None = None
    first_seen_at: Time

    @model_validator(mode="after")
    def _content_is_what_the_signature_names(self) -> CodePatternFact:
        form = self.canonical or self.template
        if signature_of(self.kind, self.language, form) != self.signature:
            raise ValueError("the signature is not that of the pattern's canonical form")
        if self.opportunities is not None and self.opportunities < self.occurrences:
            raise ValueError("a pattern cannot be kept more often than it applies")
        if self.files > self.occurrences:
            raise ValueError("a pattern cannot be in more files than places")
        return self


class CodePatternsLearned(CodebaseState):
    """Code patterns that changed since the last revision, and signatures of those withdrawn."""

    patterns: Annotated[tuple[CodePatternFact, ...], Field(max_length=PATTERNS_LIMIT)] = ()
    withdrawn: Annotated[tuple[Signature, ...], Field(max_length=WITHDRAWN_LIMIT)] = ()

    @model_validator(mode="after")
    def _each_fact_once(self) -> CodePatternsLearned:
        check_once(fact.signature for fact in self.patterns)
        return self
