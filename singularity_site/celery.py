"""The Celery application of the site Singularity: `celery -A singularity_site worker`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "singularity_site.settings")

from apps.shared.core.celery import site_celery  # noqa: E402  needs the settings' name
from singularity_site.wiring import SCHEDULE  # noqa: E402

app = site_celery("singularity", SCHEDULE)
