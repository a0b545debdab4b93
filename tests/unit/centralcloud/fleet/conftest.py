"""What tests of the fleet share."""

from pathlib import Path

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _own_keys(settings: LazySettings, tmp_path: Path) -> None:
    """Each test has a state folder of its own, with nobody's seed and a nats-server to itself."""
    from apps.centralcloud.fleet.selectors.keys import keys_forget

    settings.STATE_DIR = tmp_path
    settings.KEYS_DIR = tmp_path / "keys"
    keys_forget()
