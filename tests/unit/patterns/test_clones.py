"""Functions that stand twice, told from those that do not."""

import re
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.patterns.engine.clones import CloneMiner
from apps.singularity.patterns.engine.clones.covered import Covered
from apps.singularity.patterns.engine.clones.fingerprints import MIN_TOKENS
from apps.singularity.patterns.engine.clones.hashing import Words
from apps.singularity.patterns.engine.clones.similar import similar_pairs
from apps.singularity.patterns.engine.clones.sketch import BINS, similarity, sketches
from apps.singularity.patterns.engine.facts import FileFacts, Fingerprint
from tests.common.factories.clones import clones, prints

TOTAL = """
def total(orders, limit):
    # what is paid
    result = 0
    for order in orders:
        if order.paid and order.amount < limit:
            result += order.amount * order.pieces
        else:
            result -= order.fee
    return round(result, 2)
"""
RENAMED = """
def summe(bills, top):
    done = 1
    for bill in bills:
        if bill.settled and bill.value < top:
            done += bill.value * bill.number
        else:
            done -= bill.charge
    return round(done, 3)
"""
REFORMATTED = """
def total(
    orders,
    limit,
):
    result = 0

    for order in orders:
        if order.paid and order.amount < limit:   # both
            result += \\
                order.amount * order.pieces
        else: result -= order.fee
    return round(result, 2)
"""
LONGER = TOTAL.replace("    return round", "    log(result)\n    return round")
OTHER = """
def parse(text, pattern):
    found = []
    while text:
        match = pattern.match(text)
        if not match:
            raise ValueError(text[:20])
        found.append(match.group(1))
        text = text[match.end():]
    return found
"""
JS = """
function a(x, y) {
  const z = x.map(v => v * 2);
  if (z.length > y) { return z[0]; }
  return y + z.length * x.length - 1;
}
"""
JS_RENAMED = """
function b(p, q) { const r = p.map(s => s * 3); if (r.length > q) {
    return r[0]; }
  // the rest
  return q + r.length * p.length - 5; }
"""
GO = """
package a
func A(x int, y []int) int {
\ts := x
\tfor _, v := range y {
\t\tif v > x { s += v * 2 } else { s -= v }
\t}
\treturn s + len(y)
}
"""
GO_RENAMED = """
package a
func B(p int, q []int) int {
\tr := p; for _, w := range q {
\t\tif w > p {
\t\t\tr += w * 7
\t\t} else { r -= w } }
\treturn r + len(q)
}
"""
NAMES = st.from_regex(r"[a-z]{3,8}_x", fullmatch=True)


def only(text: str, language: str = "python") -> tuple[bytes, bytes, bytes]:
    (one,) = prints(text, language).values()
    return one.exact, one.renamed, one.sketch


def test_layout_and_comments_change_nothing() -> None:
    assert only(TOTAL) == only(REFORMATTED)


def test_renaming_changes_the_exact_hash_alone() -> None:
    exact, renamed, sketch = only(TOTAL)
    assert only(RENAMED)[1:] == (renamed, sketch)
    assert only(RENAMED)[0] != exact


@given(st.lists(NAMES, min_size=6, max_size=6, unique=True))
def test_any_consistent_renaming_keeps_the_renamed_hash(names: list[str]) -> None:
    text = TOTAL
    for old, new in zip(("orders", "limit", "result", "order", "fee", "total"), names, strict=True):
        text = re.sub(rf"\b{old}\b", new, text)
    assert only(text)[1:] == only(TOTAL)[1:]


def test_renaming_that_mixes_names_up_is_no_clone() -> None:
    mixed = TOTAL.replace("result -= order.fee", "limit -= order.fee")
    assert only(mixed)[1] != only(TOTAL)[1]


def test_reordered_statements_are_no_exact_and_no_renamed_clone() -> None:
    first, second = "    a = one(x)\n", "    b = two(y, 1)\n"
    rest = "    return [a, b, a * b, x + y, x - y, f(a) + f(b), a == b]\n"
    one, other = (only(f"def f(x, y):\n{body}{rest}") for body in (first + second, second + first))
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_operators_and_library_calls_count() -> None:
    assert only(TOTAL)[1] != only(TOTAL.replace("<", ">"))[1]
    assert only(TOTAL)[1] != only(TOTAL.replace("round(", "max("))[1]


@pytest.mark.parametrize(
    ("language", "one", "other"), [("javascript", JS, JS_RENAMED), ("go", GO, GO_RENAMED)]
)
def test_renamed_clones_in_other_languages(language: str, one: str, other: str) -> None:
    assert only(one, language)[1:] == only(other, language)[1:]


def test_functions_that_are_short_have_no_fingerprint() -> None:
    assert prints("def f(self):\n    return super().f()\n") == {}
    assert all(one.tokens >= MIN_TOKENS for one in prints(TOTAL).values())


def test_a_file_without_code_has_no_fingerprint() -> None:
    assert prints("") == {}
    assert prints("# nothing\n") == {}


def test_groups_tell_how_alike_their_members_are() -> None:
    (exact,) = clones({"a.py": TOTAL, "b.py": REFORMATTED, "c.py": OTHER})
    assert exact.template == f"2 functions of {exact.details['tokens']} tokens, exact"
    assert (exact.occurrences, exact.files) == (2, 2)
    renamed = clones({"a.py": TOTAL, "b.py": RENAMED})
    assert [p.details["degree"] for p in renamed] == ["renamed"]
    both = TOTAL + OTHER
    assert [p.occurrences for p in clones({"a.py": both, "b.py": both})] == [2, 2]


def test_clones_within_one_file_are_found_with_their_places() -> None:
    (group,) = clones({"a.py": TOTAL + RENAMED})
    shown = [(m["symbol"], m["start_line"], m["end_line"]) for m in group.details["members"]]
    assert shown == [("total", 2, 10), ("summe", 12, 19)]
    assert group.details["local"] is True
    assert group.score == prints(TOTAL)["total"].tokens


def test_no_source_is_in_a_clone_pattern() -> None:
    (group,) = clones({"a.py": TOTAL, "b.py": RENAMED})
    assert "order" not in group.template


def test_the_signature_is_that_of_the_code_and_not_of_its_place() -> None:
    (here,) = clones({"a.py": TOTAL, "b.py": RENAMED})
    (there,) = clones({"x.py": OTHER, "y.py": RENAMED, "z.py": "\n\n" + TOTAL})
    assert here.signature == there.signature


def distinct(words: Sequence[str]) -> str:
    """A function of statements that differ by the library's function that they call."""
    lines = "".join(f"    x = lib.{word}(x, x.{word}, 1)\n" for word in words)
    return f"import lib\ndef f(x):\n{lines}    return x\n"


def test_near_clones_are_found_and_strangers_are_not() -> None:
    words = [f"w{number}" for number in range(60)]
    near = [*words[:19], "other", *words[20:30]]
    (group,) = clones(
        {"a.py": distinct(words[:30]), "b.py": distinct(near), "c.py": distinct(words[30:])}
    )
    assert group.details["degree"] == "near"
    assert [m["path"] for m in group.details["members"]] == ["a.py", "b.py"]


def test_a_function_inside_another_is_not_its_clone() -> None:
    inner = "\n".join(f"    {line}" for line in TOTAL.strip().splitlines())
    assert clones({"a.py": f"def outer():\n{inner}\n    return total\n"}) == ()


def test_inner_functions_of_clones_make_no_group_of_their_own() -> None:
    inner = "\n".join(f"    {line}" for line in TOTAL.strip().splitlines())
    outer = f"def outer(a, b):\n{inner}\n    return total(a, b) + total(b, a) * 2\n"
    (group,) = clones({"a.py": outer, "b.py": outer})
    assert {m["symbol"] for m in group.details["members"]} == {"outer"}


def test_repeating_one_statement_more_often_is_no_clone() -> None:
    def repeated(times: int) -> str:
        return "def f(x):\n" + "    check(x.name, 'a', 1)\n" * times

    assert clones({"a.py": repeated(10), "b.py": repeated(40)}) == ()


def sets_of_similarity(jaccard: float, size: int, seed: int) -> tuple[Words, Words]:
    values = np.random.default_rng(seed).integers(0, 1 << 64, 2 * size, dtype=np.uint64)
    shared = round(2 * size * jaccard / (1 + jaccard))
    return values[:size], np.concatenate([values[:shared], values[size : 2 * size - shared]])


def test_sketches_estimate_jaccard_similarity() -> None:
    estimates = []
    for seed in range(200):
        one, other = sets_of_similarity(0.6, 120, seed)
        owner = np.repeat([0, 1], [len(one), len(other)])
        drawn = sketches(np.concatenate([one, other]), owner, 2)
        estimates.append(float(similarity(drawn[0], drawn[1])))
    assert np.mean(estimates) == pytest.approx(0.6, abs=0.02)
    assert np.std(estimates) < 0.1


def test_planted_near_duplicates_are_recalled_among_strangers() -> None:
    pairs = 300
    sets: list[Words] = []
    for seed in range(pairs):
        sets += sets_of_similarity(0.92, 100, seed)
    owner = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    drawn = sketches(np.concatenate(sets), owner, len(sets))
    found = {tuple(pair) for pair in similar_pairs(drawn, np.full(len(sets), 100)).tolist()}
    planted = {(2 * at, 2 * at + 1) for at in range(pairs)}
    assert len(found & planted) / pairs >= 0.98
    assert found <= planted


def test_many_equal_sketches_are_not_compared_all_with_all() -> None:
    drawn = np.tile(np.arange(BINS, dtype=np.uint16), (5000, 1))
    found = similar_pairs(drawn, np.full(5000, 50))
    assert len(found) < 10 * 5000
    assert set(found[:, 1].tolist()) == set(range(1, 5000))


def test_a_chain_of_small_steps_is_no_group() -> None:
    words = [f"w{number}" for number in range(100)]
    files = {f"f{at:02}.py": distinct(words[3 * at : 3 * at + 40]) for at in range(12)}
    sizes = [group.occurrences for group in clones(files)]
    assert sizes  # each function is similar to its neighbours
    assert max(sizes) < 6  # of twelve


def test_the_result_does_not_depend_on_what_was_added_first() -> None:
    files = {"a.py": TOTAL, "b.py": RENAMED, "c.py": LONGER, "d.py": OTHER, "e.py": OTHER}
    assert clones(files) == clones(dict(reversed(files.items())))


def test_deep_nesting_is_read_a_bounded_number_of_times() -> None:
    text = "".join(
        f"{' ' * level}def f{level}(a):\n{' ' * level} a = g(a, {level}) + h(a) * 2 - a\n"
        for level in range(60)
    )
    found = prints(text)
    innermost = ".".join(f"f{level}" for level in range(57))
    assert innermost in found
    assert "f0" not in found


spans = st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.integers(0, 6))


@given(st.lists(spans, max_size=12), spans)
def test_covered_lines_are_those_within_a_stretch(
    added: list[tuple[str, int, int]], asked: tuple[str, int, int]
) -> None:
    covered, laminar = Covered(), list[tuple[str, int, int]]()
    for path, first, length in added:
        last = first + length
        if all(
            p != path
            or last < a
            or b < first
            or (a <= first and last <= b)
            or (first <= a and b <= last)
            for p, a, b in laminar
        ):
            laminar.append((path, first, last))
            covered.add(path, first, last)
    path, first, last = asked[0], asked[1], asked[1] + asked[2]
    expected = any(p == path and a <= first and last <= b for p, a, b in laminar)
    assert covered.holds(path, first, last) == expected


def test_many_groups_in_one_file_take_no_square_of_time() -> None:
    def prints_of(number: int) -> list[Fingerprint]:
        key, sketch = number.to_bytes(16, "little"), np.random.default_rng(number).bytes(2 * BINS)
        starts = (10 * number + 1, 10 * number + 5)
        return [Fingerprint("f", at, at + 3, 40, key, key, sketch) for at in starts]

    miner = CloneMiner()
    found = tuple(one for number in range(20_000) for one in prints_of(number))
    miner.add("a.py", FileFacts("python", fingerprints=found))
    assert len(miner.mine().patterns) == 20_000
