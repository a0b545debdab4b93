"""The Celery application of the site Singularity: `celery -A singularity_site worker`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "singularity_site.settings")

from apps.shared.core.celery import site_celery
from singularity_site.wiring import QUEUES, SCHEDULE

app = site_celery("singularity", SCHEDULE, QUEUES)
