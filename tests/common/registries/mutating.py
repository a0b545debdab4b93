"""Documents with one thing wrong, wherever in them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

GARBAGE: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(2**70), max_value=2**70),
    st.floats(),
    st.sampled_from(["", "\0", "a\0b", "\ud800", "x" * 5_000, "../..", "9" * 400, "/", "@", " "]),
    st.text(max_size=20),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers() | st.none() | st.text(max_size=5)),
)


@st.composite
def mutated(draw: st.DrawFn, document: Any) -> Any:
    """The document with one value replaced or left out."""
    changed = copy.deepcopy(document)
    *way, last = draw(st.sampled_from(sorted(_paths(changed), key=str)))
    place = changed
    for step in way:
        place = place[step]
    if draw(st.booleans()):
        place[last] = draw(GARBAGE)
    else:
        del place[last]
    return changed


def _paths(value: Any, at: Path = ()) -> Iterator[Path]:
    if at:
        yield at
    if isinstance(value, dict | list):
        steps = value if isinstance(value, dict) else range(len(value))
        for step in steps:
            yield from _paths(value[step], (*at, step))
