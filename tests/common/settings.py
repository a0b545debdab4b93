"""The settings of the tests' own process: an instance's, with the apps of both sites.

Tests of Centralcloud's apps become that site by ``tests/unit/centralcloud/conftest.py``.
"""

from centralcloud_site.settings import INSTALLED_APPS as CENTRALCLOUD_APPS
from singularity_site.settings import *  # noqa: F403
from singularity_site.settings import INSTALLED_APPS as INSTANCE_APPS

INSTALLED_APPS = [*INSTANCE_APPS, *(app for app in CENTRALCLOUD_APPS if app not in INSTANCE_APPS)]
