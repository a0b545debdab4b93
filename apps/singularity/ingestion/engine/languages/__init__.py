"""Which language a file is written in, and what the nodes of its grammar mean."""

from apps.singularity.ingestion.engine.languages.grammars import (
    Grammar,
    MissingGrammar,
    check_grammars,
    grammar_of,
)
from apps.singularity.ingestion.engine.languages.model import (
    TYPE_KINDS,
    Definition,
    Kind,
    Language,
    Part,
    Role,
)
from apps.singularity.ingestion.engine.languages.registry import LANGUAGES, language_of

__all__ = [
    "LANGUAGES",
    "TYPE_KINDS",
    "Definition",
    "Grammar",
    "Kind",
    "Language",
    "MissingGrammar",
    "Part",
    "Role",
    "check_grammars",
    "grammar_of",
    "language_of",
]
