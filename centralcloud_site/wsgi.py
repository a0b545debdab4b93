"""What the web server serves."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "centralcloud_site.settings")

from apps.shared.core.web import web_application

application = web_application()
