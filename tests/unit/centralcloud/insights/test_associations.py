"""Planted associations are found for exactly those who miss them, and noise says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from apps.centralcloud.insights.engine.adoption import adoptions, recommended
from apps.centralcloud.insights.engine.fleet import Fact, Fleet, Scope

FRAMEWORKS = 40


def fleet(having: NDArray[np.bool_], *, frameworks: int = FRAMEWORKS) -> Fleet:
    """Facts x instances; the first facts are frameworks, the others idioms that all could have."""
    facts, instances = having.shape
    everybody = Scope("instances of the fleet", np.arange(instances, dtype=np.int32))
    return Fleet(
        instances=[f"instance-{number:04}" for number in range(instances)],
        facts=[
            Fact("framework", f"f{number:05}", "any", f"F{number}")
            if number < frameworks
            else Fact("pattern", f"p{number:05}", "any", "idiom")
            for number in range(facts)
        ],
        starts=np.concatenate([[0], np.cumsum(having.sum(axis=1))]).astype(np.int64),
        holders=np.concatenate([np.flatnonzero(row) for row in having]).astype(np.int32),
        scopes={"any": everybody},
    )


def noise(seed: int, facts: int, instances: int, share: float) -> NDArray[np.bool_]:
    having: NDArray[np.bool_] = np.random.default_rng(seed).random((facts, instances)) < share
    return having


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
@pytest.mark.parametrize("instances", [20, 60, 200])
def test_noise_recommends_next_to_nothing(instances: int, share: float) -> None:
    told = [
        option
        for seed in range(10)
        for options in adoptions(fleet(noise(seed, 1_000, instances, share)))
        for option in options
        if option.context.phrase != "instances of the fleet"
    ]
    facts = {(option.fact, option.context.phrase) for option in told}
    # a false discovery rate of 5 % over 10 fleets of noise alone: one false fact in 20 fleets
    assert len(facts) <= 2


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5])
def test_noise_is_no_majority_of_the_fleet_either(share: float) -> None:
    told = {
        (seed, option.fact)
        for seed in range(5)
        for options in adoptions(fleet(noise(seed, 1_000, 60, share)))
        for option in options
    }
    assert len(told) <= 5  # of 5,000 facts


def planted(seed: int) -> tuple[NDArray[np.bool_], dict[int, set[int]]]:
    """Noise, in which the users of three frameworks nearly all have ten idioms of their own.

    Returns it with the users that miss each of those idioms.
    """
    draw = np.random.default_rng(seed)
    having = noise(seed, 1_000, 120, 0.15)
    missing: dict[int, set[int]] = {}
    for framework in range(3):
        users = draw.choice(120, size=30, replace=False)
        having[framework] = False
        having[framework, users] = True
        for number in range(10):
            fact = FRAMEWORKS + 10 * framework + number
            without = draw.choice(users, size=2, replace=False)
            having[fact] = draw.random(120) < 0.05
            having[fact, users] = True
            having[fact, without] = False
            missing[fact] = {int(one) for one in without}
    return having, missing


def test_planted_associations_are_told_to_exactly_those_who_miss_them() -> None:
    for seed in range(5):
        having, missing = planted(seed)
        told: dict[int, set[int]] = {}
        for instance, options in enumerate(adoptions(fleet(having))):
            for option in options:
                told.setdefault(option.fact, set()).add(instance)
                assert option.context.phrase == f"instances that use F{(option.fact - 40) // 10}"
                assert (option.having, option.of) == (28, 30)
                assert option.confidence == pytest.approx(0.7868, abs=1e-4)
        assert told == missing


def test_the_reason_says_the_numbers() -> None:
    having, missing = planted(0)
    whole = fleet(having)
    fact, (instance, *_) = next(iter(missing.items()))
    options = [one for one in adoptions(whole)[instance] if one.fact == fact]
    (told,) = recommended(whole, options, {fact: frozenset({1})}, 10)
    assert told.reason == (
        "28 of the 30 instances that use F0 have this idiom; this instance does not."
    )
    assert told.score > told.evidence.confidence  # it is special to the context


def test_of_facts_that_say_the_same_the_best_is_told() -> None:
    having, missing = planted(0)
    whole = fleet(having)
    first, second, *_ = sorted(missing)
    instance = next(iter(missing[first]))
    option = next(one for one in adoptions(whole)[instance] if one.fact == first)
    from dataclasses import replace

    weaker = replace(option, fact=second, score=option.score / 2)
    contents = {first: frozenset({1, 2}), second: frozenset({1, 2, 3})}
    assert [one.fact for one in recommended(whole, [weaker, option], contents, 10)] == [first]
    contents[second] = frozenset({1, 3})
    both = recommended(whole, [weaker, option], contents, 10)
    assert [one.fact for one in both] == [first, second]


def test_equal_fleets_give_equal_answers() -> None:
    having, _ = planted(3)
    assert adoptions(fleet(having)) == adoptions(fleet(having.copy()))


@pytest.mark.parametrize("instances", [1, 2])
def test_too_few_instances_recommend_nothing(instances: int) -> None:
    assert adoptions(fleet(noise(1, 50, instances, 0.5))) == [[]] * instances


def test_a_package_is_not_recommended_to_those_who_use_it_as_a_framework() -> None:
    having = np.zeros((3, 40), dtype=np.bool_)
    having[0, :20] = True  # the framework
    having[1, :19] = True  # its own package
    having[2, :19] = True  # another one
    everybody = {"any": Scope("instances of the fleet", np.arange(40, dtype=np.int32))}
    whole = Fleet(
        instances=[f"{number:02}" for number in range(40)],
        facts=[
            Fact("framework", "django", "any", "Django", package="pkg:pypi/django"),
            Fact("package", "pkg:pypi/django", "any", "django (pypi)", package="pkg:pypi/django"),
            Fact("package", "pkg:pypi/celery", "any", "celery (pypi)", package="pkg:pypi/celery"),
        ],
        starts=np.array([0, 20, 39, 58]),
        holders=np.concatenate([np.flatnonzero(row) for row in having]).astype(np.int32),
        scopes=everybody,
    )
    (told,) = adoptions(whole)[19]
    assert whole.facts[told.fact].key == "pkg:pypi/celery"
