"""Versions that spread, and facts that rise, fall or are new."""

from __future__ import annotations

import numpy as np
import pytest

from apps.centralcloud.insights.engine.contents import contents_of
from apps.centralcloud.insights.engine.fleet import Fact, Fleet, Scope
from apps.centralcloud.insights.engine.insight import insight_key, percent, score_of
from apps.centralcloud.insights.engine.redundancy import said_once
from apps.centralcloud.insights.engine.trends import Course, course_insight
from apps.centralcloud.insights.engine.versions import own_insight, spread_insight, spread_of

EVERYBODY = np.arange(5, dtype=np.int32)
FLEET = Fleet(
    instances=list("abcde"),
    facts=[Fact("package", "pkg:pypi/django", "any", "django (pypi)")],
    starts=np.array([0, 5]),
    holders=EVERYBODY,
    scopes={"any": Scope("instances of the fleet", EVERYBODY)},
)
STANDING = {0: ["5.2"], 1: ["5.2"], 2: ["5.2", "4.2"], 3: ["4.2"], 4: ["0+acme"]}


def test_a_spread_says_who_stands_where() -> None:
    spread = spread_of(0, STANDING, shown={"5.2", "4.2"})
    assert spread is not None
    told = spread_insight(FLEET, spread)
    assert told.reason == "5 instances have django (pypi) in 3 versions, 5.2 the commonest."
    assert told.evidence.versions == {"5.2": 3, "4.2": 2, "other": 1}
    assert (told.evidence.having, told.evidence.of) == (2, 5)


def test_a_version_that_may_not_be_shown_is_told_to_nobody_else() -> None:
    spread = spread_of(0, STANDING, shown={"5.2", "4.2"})
    assert spread is not None
    for told in (spread_insight(FLEET, spread), own_insight(FLEET, spread, ["4.2"])):
        assert "acme" not in repr(told)


def test_the_commonest_version_is_named_only_where_it_may_be_shown() -> None:
    spread = spread_of(0, {0: ["0+acme"], 1: ["4.2"], 2: ["5.2"]}, shown={"5.2", "4.2"})
    assert spread is not None
    told = spread_insight(FLEET, spread)
    assert told.reason == "3 instances have django (pypi) in 3 versions."
    assert "acme" not in repr(told)


def test_an_instance_is_told_where_it_stands_itself() -> None:
    spread = spread_of(0, STANDING, shown={"5.2", "4.2"})
    assert spread is not None
    lone, common = own_insight(FLEET, spread, ["0+acme"]), own_insight(FLEET, spread, ["5.2"])
    assert lone.reason.endswith("this instance has 0+acme, as has none of the others.")
    assert common.reason.endswith("this instance has 5.2, as have 2 of the others.")
    assert (common.evidence.here, common.evidence.here_of) == (3, 5)
    assert lone.score > common.score


@pytest.mark.parametrize(
    "standing",
    [
        {},
        {0: ["1"], 1: ["2"]},
        {0: ["1"], 1: ["1"], 2: ["1"]},
        {0: ["1"], 1: ["1", "2"], 2: ["1"]},
    ],
)
def test_no_spread_where_all_agree_or_few_are_known(standing: dict[int, list[str]]) -> None:
    assert spread_of(0, standing, shown=set()) is None


def course(**fields: int | bool) -> Course:
    numbers = {"instances": 14, "eligible": 20, "joined": 0, "left": 0} | fields
    return Course(fact=0, label="this idiom", **({"is_new": False} | numbers))  # type: ignore[arg-type]  # of both kinds


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"joined": 7, "left": 1}, "rising"),
        ({"joined": 1, "left": 7}, "falling"),
        ({"joined": 3, "left": 0}, ""),
        ({"joined": 5, "left": 4}, ""),
        ({"is_new": True, "joined": 14}, "new"),
    ],
)
def test_a_course_is_told_where_it_is_no_chance(fields: dict[str, int], kind: str) -> None:
    told = course_insight(course(**fields))
    assert (told.kind if told else "") == kind


def test_a_course_says_its_numbers() -> None:
    told = course_insight(course(joined=7, left=1))
    assert told is not None
    assert told.reason == (
        "7 instances took up this idiom in four weeks, 1 gave it up: 14 of 20 instances have it "
        "now."
    )


def test_the_same_said_in_other_words_is_one_content() -> None:
    calls = contents_of("pattern", "api_set", "python", "open + read")
    assert contents_of("pattern", "api_order", "python", "open -> read") == calls
    assert contents_of("pattern", "rule", "python", "who calls open also calls read") == calls
    assert contents_of("pattern", "api_set", "ruby", "open + read") != calls
    longer = contents_of("pattern", "idiom", "python", "with $A as $B:\n    $B.read()\n    $$$C")
    assert contents_of("pattern", "idiom", "python", "with $X as $Y:\n    $Y.read()") < longer
    assert contents_of("framework", "web", "", "Django") != contents_of("package", "", "", "pkg")


def test_what_is_part_of_another_is_said_once() -> None:
    one, part, other = frozenset({1, 2, 3}), frozenset({1, 2}), frozenset({3, 4})
    assert said_once([one, part, other], 10) == [0, 2]
    assert said_once([part, one, other], 10) == [0, 2]
    assert said_once([one, other], 1) == [0]
    assert said_once([frozenset(), frozenset()], 5) == [0, 1]


def test_keys_and_scores_are_stable() -> None:
    assert insight_key("adopt", "pattern", "idiom-1-ab") == insight_key(
        "adopt", "pattern", "idiom-1-ab"
    )
    assert insight_key("adopt", "pattern", "x") != insight_key("adopt", "package", "x")
    assert score_of(0.5, 4.0) == 1.5
    assert score_of(0.5, 0.25) == 0.5
    assert [percent(share) for share in (0, 0.001, 0.5, 0.999, 1)] == [
        "0 %", "1 %", "50 %", "99 %", "100 %",
    ]  # fmt: skip
