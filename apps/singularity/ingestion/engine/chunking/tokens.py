"""An estimate of WordPiece tokens that costs a fraction of tokenising.

The weights were fitted by least squares to the tokenizer of all-MiniLM-L6-v2 over 3,900 stretches
of 1 kB in 18 file types of installed packages and of the standard library, then raised by about a
tenth, so that the estimate is mostly above the truth: letters .24, digits .60, punctuation 1.20
and bytes beyond ASCII .30 tokens each; white space costs none.

Checked on 12,500 chunks of other files of those packages at a budget of 256: 99.0 % are within it
(Python 99.2, C++ 99.8, TypeScript 99.2, JavaScript 97.4, C 96.5, JSON 99.4, Markdown 100), the
mean is 137 tokens.
"""

from collections.abc import Sequence

import numpy as np

UNIT = 100
"""Costs are whole hundredths of a token."""

_LETTER, _DIGIT, _PUNCTUATION, _BEYOND_ASCII = 27, 66, 132, 34
_SMALL = (2**32 - 1) // _PUNCTUATION  # bytes whose cost cannot overflow 32 bits, which are faster
_BLANKS = b" \t\n\r\f\v"


def _weight(code: int) -> int:
    if code in _BLANKS:
        return 0
    if code >= 0x80:
        return _BEYOND_ASCII
    character = chr(code)
    if character.isalpha():
        return _LETTER
    return _DIGIT if character.isdigit() else _PUNCTUATION


_WEIGHTS = bytes(_weight(code) for code in range(256))


def running_cost(source: bytes) -> Sequence[int]:
    """Cost of every prefix, in hundredths of a token: integers, `len(source) + 1` of them.

    The cost of a stretch is the difference of two entries, so that it may be asked for at every
    level of a deep nest. A memory view, as it gives Python integers faster than an array does.
    """
    weights = np.frombuffer(b"\0" + source.translate(_WEIGHTS), dtype=np.uint8)
    width = np.uint32 if len(source) <= _SMALL else np.uint64
    return np.cumsum(weights, dtype=width).data
