"""What tests of the fleet share."""

import pytest


@pytest.fixture(autouse=True)
def _own_keys() -> None:
    """Each test begins with what its own database says of keys."""
    from apps.centralcloud.fleet.selectors.keys import keys_forget

    keys_forget()
