"""What models are called: ``<instance>_<kind>-<scope>_v<major>.<minor>``.

The major number is the family's, in the order in which this instance's runs made them; the minor
one counts the models of the family.
"""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.db import connection

from apps.shared.artifacts.engine.family import Family, version_name
from apps.singularity.training.models import Model, TrainingRun

_NUMBERS = re.compile(r"_v(\d+)\.(\d+)$")
_CARD = "README.md"


def provisional_version(run: TrainingRun) -> str:
    """What the training process calls the model: its family is known only when it is there."""
    return f"{run.instance}_run-{run.pk}"


def version_next(*, family: Family, key: str) -> str:
    """The version of this instance's next model of the family that ``key`` names.

    To be called in the transaction that stores it; others wait until that ends.
    """
    owner = settings.INSTANCE_ID
    with connection.cursor() as cursor:
        lock = f"model versions of {owner}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])
    own = Model.objects.filter(instance=owner, version__startswith=f"{owner}_{family.slug}_v")
    numbers = [
        (known, int(found[1]), int(found[2]))
        for known, version in own.values_list("family", "version")
        if (found := _NUMBERS.search(version))
    ]
    same = [(major, minor) for known, major, minor in numbers if known == key]
    if same:
        major, minor = max(same)
        return version_name(owner=owner, slug=family.slug, major=major, minor=minor + 1)
    highest = max((major for _, major, _ in numbers), default=0)
    return version_name(owner=owner, slug=family.slug, major=highest + 1, minor=0)


def card_name(*, bundle: Path, provisional: str, version: str) -> None:
    """Write the version into the model card, in the place of the provisional one."""
    card = bundle / _CARD
    if card.is_file():
        text = card.read_text(encoding="utf-8")
        card.write_text(text.replace(provisional, version), encoding="utf-8")
