"""The Celery application of the site Centralcloud: `celery -A centralcloud_site worker`."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centralcloud_site.settings")

from apps.shared.core.celery import site_celery  # noqa: E402  needs the settings' name
from centralcloud_site.wiring import SCHEDULE  # noqa: E402

app = site_celery("centralcloud", SCHEDULE)
