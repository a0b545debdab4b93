"""What may stand in for a package, by the keywords that it shares and by who uses which."""

from __future__ import annotations

from apps.centralcloud.package_sync.engine.alternatives import (
    COMMON_LEAST,
    Candidate,
    Choice,
    choices,
    jaccard,
)

HTTP = frozenset({"http", "client"})
ASKED = Candidate(0, HTTP | {"requests"}, frozenset("ab"))


def found(*candidates: Candidate, least: int = 2) -> list[int]:
    given = {one.id: one for one in candidates}
    return [one.id for one in choices(ASKED, given, least=least)]


def test_more_must_use_one_instead_than_use_both() -> None:
    assert found(Candidate(1, HTTP, frozenset("abcd"))) == [], "two of either"
    assert found(Candidate(1, HTTP, frozenset("acd"))) == [1]
    assert found(Candidate(1, HTTP, frozenset("c"))) == [], "one is no choice of many"
    assert found(Candidate(1, HTTP, frozenset("c")), least=1) == [1]


def test_those_that_most_use_instead_come_first_then_those_that_fewer_use_beside_it() -> None:
    most = Candidate(9, HTTP, frozenset("cdef"))
    beside = Candidate(1, HTTP, frozenset("acd"))
    alike = Candidate(2, HTTP | {"requests"}, frozenset("cd"))
    plain = Candidate(3, HTTP, frozenset("cd"))
    assert found(beside, plain, alike, most) == [9, 2, 3, 1]


def test_keywords_that_many_packages_have_tell_nothing_of_a_role() -> None:
    others = [Candidate(n, HTTP, frozenset("cd")) for n in range(1, COMMON_LEAST)]
    assert len(found(*others)) == COMMON_LEAST - 1
    assert found(*others, Candidate(99, HTTP, frozenset("cd"))) == []
    many = [Candidate(n, frozenset({"else"}), frozenset()) for n in range(100, 400)]
    assert len(found(*others, Candidate(99, HTTP, frozenset("cd")), *many)) == COMMON_LEAST


def test_a_choice_carries_its_evidence() -> None:
    one = Candidate(1, HTTP | {"async"}, frozenset("acd"))
    assert choices(ASKED, {1: one}, least=2) == [Choice(1, 2, 1, ("client", "http"))]


def test_likeness_is_what_is_shared_of_all_that_either_has() -> None:
    assert (jaccard(2, 3, 4), jaccard(0, 3, 4), jaccard(3, 3, 3), jaccard(0, 0, 0)) == (
        0.4,
        0.0,
        1.0,
        0.0,
    )
