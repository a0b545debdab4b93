"""The lexical leg of search: BM25 over identifiers split into words, in a tantivy index.

The index is derived data: it is built from the database, updated with it, local to a host, and
may be wiped at any time.  Each code base's revision is a document of the index itself, so content
and revision are committed together and a killed writer leaves the last commit.
"""

from apps.singularity.ingestion.engine.lexical.index import LexicalHit, LexicalIndex, PathGlobError
from apps.singularity.ingestion.engine.lexical.schema import (
    SCHEMA_VERSION,
    LexicalDocument,
    weighted_terms,
)

__all__ = [
    "SCHEMA_VERSION",
    "LexicalDocument",
    "LexicalHit",
    "LexicalIndex",
    "PathGlobError",
    "weighted_terms",
]
