"""Fusion: exact symbols first, then a mix in which either leg may be silent."""

from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.fusion import Candidate, Weights, fuse

SCORES = st.none() | st.floats(0, 50)
COSINES = st.none() | st.floats(-1, 1)
CANDIDATES = st.lists(
    st.builds(Candidate, st.integers(0, 10**6), SCORES, COSINES, st.booleans()),
    unique_by=lambda candidate: candidate.chunk_id,
    max_size=30,
)


def order(*candidates: Candidate, weights: Weights | None = None) -> list[int]:
    fused = fuse(candidates, weights) if weights else fuse(candidates)
    return [hit.chunk_id for hit in fused]


def test_an_exact_symbol_comes_before_any_score() -> None:
    assert order(Candidate(1, 30.0, 0.9), Candidate(2, None, 0.1, exact_symbol=True)) == [2, 1]


def test_both_legs_together_beat_the_best_of_one() -> None:
    lexical, vector, both = Candidate(1, 10.0, 0.2), Candidate(2, 0.0, 0.5), Candidate(3, 9.0, 0.48)
    assert order(lexical, vector, both)[0] == 3


def test_without_vectors_the_order_is_that_of_bm25() -> None:
    assert order(Candidate(1, 2.0, None), Candidate(2, 7.0, None), Candidate(3, 5.0, None)) == [
        2,
        3,
        1,
    ]


def test_without_words_the_order_is_that_of_the_cosine() -> None:
    assert order(Candidate(1, None, -0.2), Candidate(2, 0.0, 0.3), Candidate(3, None, 0.1)) == [
        2,
        3,
        1,
    ]


def test_code_without_a_vector_yet_is_judged_by_its_words() -> None:
    near, far = Candidate(1, 2.0, 0.6), Candidate(2, 2.0, 0.2)
    assert order(near, far, Candidate(3, 2.0, None)) == [1, 3, 2]
    assert order(near, far, Candidate(3, 20.0, None))[0] == 3


def test_weights_decide() -> None:
    candidates = Candidate(1, 10.0, 0.1), Candidate(2, 1.0, 0.9)
    assert order(*candidates, weights=Weights(lexical=1.0, vector=0.0)) == [1, 2]
    assert order(*candidates, weights=Weights(lexical=0.0, vector=1.0)) == [2, 1]


def test_each_hit_says_its_place_in_each_leg() -> None:
    hits = {hit.chunk_id: hit for hit in fuse([Candidate(1, 4.0, 0.1), Candidate(2, 0.0, 0.6)])}
    assert (hits[1].lexical_rank, hits[1].vector_rank) == (1, 2)
    assert (hits[2].lexical_rank, hits[2].vector_rank) == (None, 1)


@given(CANDIDATES)
def test_every_candidate_comes_out_once_whatever_their_order(candidates: list[Candidate]) -> None:
    forward, backward = fuse(candidates), fuse(candidates[::-1])
    assert forward == backward
    assert {hit.chunk_id for hit in forward} == {c.chunk_id for c in candidates}
