"""Makes the process Centralcloud for a test: its identity, wiring and addresses."""

import pytest
from django.conf import LazySettings

from centralcloud_site import settings as centralcloud


@pytest.fixture(autouse=True)
def _centralcloud(settings: LazySettings) -> None:
    settings.SITE = centralcloud.SITE
    settings.IDENTITY = centralcloud.IDENTITY
    settings.SITE_WIRING = centralcloud.SITE_WIRING
    settings.ROOT_URLCONF = centralcloud.ROOT_URLCONF
    centralcloud.IDENTITY.key_made_here()
