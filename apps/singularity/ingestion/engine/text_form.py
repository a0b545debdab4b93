"""The text of a chunk that is embedded."""

TEXT_FORM_VERSION = 1
"""Grows whenever :func:`text_form` gives another text for the same chunk: vectors are rebuilt."""


def text_form(
    *,
    path: str,
    language: str,
    kind: str,
    symbol: str,
    signature: str,
    documentation: str,
    content: str,
) -> str:
    """Return the text of a chunk that is embedded."""
    return content
