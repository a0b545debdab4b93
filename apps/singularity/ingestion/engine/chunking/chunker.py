"""The one entry: text in, chunks out."""

from apps.singularity.ingestion.engine.chunking.assemble import assemble, joined
from apps.singularity.ingestion.engine.chunking.layouts import marks_of
from apps.singularity.ingestion.engine.chunking.model import Chunked
from apps.singularity.ingestion.engine.chunking.outline import Outliner
from apps.singularity.ingestion.engine.chunking.tokens import UNIT, running_cost
from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of

_SPECIAL_TOKENS = 2  # [CLS] and [SEP] of the embedding model


def chunk_text(text: str, *, language: str, token_budget: int = 256) -> Chunked:
    """Cut a file into chunks that follow its syntax.

    Args:
        text: The whole file, without a byte order mark; any line ends.
        language: A name of `languages.LANGUAGES`, as `language_of` gives it.
        token_budget: Most tokens of the embedding model that a chunk should have, its special
            tokens included; an estimate holds it (see `tokens`).

    Chunks are in order, never overlap, and between them is only white space. A text with syntax
    errors is cut by what of its tree is sound, one that no parser gets through by its lines.

    Raises KeyError for an unknown language, `MissingGrammar` when its grammar is not installed,
    and ValueError for a budget below 16 tokens.
    """
    if token_budget < 16:
        raise ValueError(f"a token budget of {token_budget} is too small: use at least 16")
    budget = (token_budget - _SPECIAL_TOKENS) * UNIT
    source = text.encode()
    costs = running_cost(source)
    entry, grammar = LANGUAGES[language], grammar_of(language)
    tree = grammar.parse(source) if grammar else None
    if grammar is None or tree is None:
        marks = joined(costs, marks_of(source, entry.layout), budget)
        return Chunked(assemble(source, costs, marks, budget), has_syntax_errors=bool(grammar))
    root = tree.root_node
    outliner = Outliner(source, costs, grammar.roles, budget, docstrings=entry.docstrings)
    chunks = assemble(source, costs, outliner.walk(root), budget)
    return Chunked(chunks, has_syntax_errors=root.has_error)
