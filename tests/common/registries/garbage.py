"""Documents that are wrong somewhere: for properties of what reads them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**70), max_value=2**70)
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["\0", "\ud800", "x" * 3_000, "../..", "1.0.0", "https://[", "9" * 200])
)
JUNK = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def mutated(data: st.DataObject, document: Any) -> Any:
    """The document with one to three of its values replaced, dropped or joined by junk."""
    for _ in range(data.draw(st.integers(1, 3), label="times")):
        document = _once(data, document)
    return document


def _once(data: st.DataObject, value: Any) -> Any:
    keys = list(value) if isinstance(value, dict) else []
    keys = list(range(len(value))) if isinstance(value, list) else keys
    if not keys or data.draw(st.integers(0, 5), label="here") == 0:
        return _here(data, value)
    key = data.draw(st.sampled_from(keys), label="key")
    value[key] = _once(data, value[key])
    return value


def _here(data: st.DataObject, value: Any) -> Any:
    if isinstance(value, dict) and data.draw(st.booleans(), label="added"):
        return value | {data.draw(st.text(max_size=120)): data.draw(JUNK)}
    return data.draw(JUNK, label="junk")
