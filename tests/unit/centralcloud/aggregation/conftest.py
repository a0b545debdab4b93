"""A fleet for the messages of these tests."""

import pytest
from django.utils import timezone

NAMES = ("a", "b", "c", "d", "old", "new", "newer", "left", "long-gone", "i-0", "i-1", "i-2")


@pytest.fixture(autouse=True)
def fleet(request: pytest.FixtureRequest) -> None:
    """Instances that may speak, where a test has a database."""
    from apps.centralcloud.fleet.models import Instance  # models load after the settings do

    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        now = timezone.now()
        Instance.objects.bulk_create(Instance(name=name, enrolled_at=now) for name in NAMES)
