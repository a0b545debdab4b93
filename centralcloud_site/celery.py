"""The Celery application of the site Centralcloud: `celery -A centralcloud_site worker`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centralcloud_site.settings")

from apps.shared.core.celery import site_celery
from centralcloud_site.wiring import QUEUES, SCHEDULE

app = site_celery("centralcloud", SCHEDULE, QUEUES)
