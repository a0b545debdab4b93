"""What a recipe makes of an order."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5.recipe import SIZES, recipe_of

OURS = {"d_model": 128, "num_heads": 4, "d_kv": 32, "d_ff": 320, "num_layers": 3}


@pytest.fixture
def order(tmp_path: Path) -> Spec:
    return Spec(kind="t5", corpus=tmp_path, run=tmp_path, steps=10)


def test_a_base_of_ours_goes_on_as_it_began_and_others_are_tuned_gently(
    order: Spec, tmp_path: Path
) -> None:
    tuned = replace(order, base=str(tmp_path))
    (tmp_path / "config.json").write_text(json.dumps(OURS | {"dropout_rate": 0.0}))
    ours = recipe_of(tuned)
    assert (ours.length, ours.batch) == (SIZES["tiny"].length, SIZES["tiny"].batch)
    (tmp_path / "config.json").write_text(json.dumps(OURS | {"dropout_rate": 0.1}))
    assert recipe_of(tuned).rate < ours.rate / 3 < recipe_of(order).rate


def test_each_round_of_the_fleet_has_a_lower_rate_down_to_a_floor(
    order: Spec, tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(OURS | {"dropout_rate": 0.0}))
    rounds = [replace(order, base=str(tmp_path), round_number=n) for n in (2, 3, 10, 99)]
    second, third, tenth, late = (recipe_of(one).rate for one in rounds)
    assert recipe_of(order).rate > second > third > tenth
    assert late == pytest.approx(recipe_of(order).rate / 5)
    assert recipe_of(replace(rounds[0], rate=0.5)).rate == 0.5


def test_what_goes_on_from_another_base_sees_other_gaps_and_the_same_from_the_same(
    order: Spec,
) -> None:
    rounds = [replace(order, base_version=f"fleet_t5-all_v1.{n}") for n in (1, 2)]
    seeds = {recipe_of(one).seed for one in (order, *rounds)}
    assert len(seeds) == 3
    assert recipe_of(rounds[0]).seed == recipe_of(rounds[0]).seed
    assert recipe_of(replace(rounds[0], seed=1)).seed not in seeds


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"steps": 0}, "steps or minutes"),
        ({"size": "giant"}, "no size 'giant'"),
        ({"instructions": 1.5}, "not 0 to 1"),
    ],
)
def test_settings_that_mean_nothing_are_refused(
    order: Spec, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(TrainingFailed, match=reason):
        recipe_of(replace(order, **change))  # type: ignore[arg-type]  # by name
