"""The text of a chunk that is embedded.

Measured with all-MiniLM-L6-v2, 128 tokens, on documentation sentence -> function of five packages
(5,000 functions; MRR@10 of vectors alone, of the fusion):

===================================  =====  =====
source text alone                     .582   .681
the function's name in words first    .597   .688
the qualified symbol in words first   .627   .700
path and symbol in words first        .637   .703
===================================  =====  =====

The path is left out: renaming a file would embed all of it again, and equal functions of two
files would no longer share a vector.  Documentation needs no place, since ``content`` holds it.
"""

import re

TEXT_FORM_VERSION = 1
"""Grows whenever :func:`text_form` gives another text for the same chunk: vectors are rebuilt."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")


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
    """Return the words of the qualified symbol on a line of their own, then the source text.

    ``HTTPServer.handle_one`` becomes ``http server handle one``.  A chunk without symbol is its
    source text.
    """
    words = " ".join(_WORD.findall(symbol)).lower()
    return f"{words}\n{content}" if words else content
