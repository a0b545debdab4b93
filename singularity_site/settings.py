"""Settings of the site Singularity; what it shares with the other one is in the core app."""

from apps.shared.core.connections import site_cache, site_database
from apps.shared.core.settings import *  # noqa: F403
from apps.shared.core.settings import BASE_APPS, ENVIRONMENT, SPECTACULAR_SETTINGS
from apps.shared.dashboard.theme import unfold_settings

SITE = EMBEDDED_DATABASE = "singularity"
ROOT_URLCONF = "singularity_site.urls"
WSGI_APPLICATION = "singularity_site.wsgi.application"
SITE_CELERY = "singularity_site.celery"
SITE_WIRING = "singularity_site.wiring"

INSTALLED_APPS = [*BASE_APPS, "apps.singularity.ingestion", "apps.singularity.patterns"]

DATABASES = {"default": site_database(ENVIRONMENT, SITE)}
CACHES = {"default": site_cache(ENVIRONMENT, SITE)}
UNFOLD = unfold_settings("Singularity")
SPECTACULAR_SETTINGS = SPECTACULAR_SETTINGS | {"TITLE": "Singularity API"}
SESSION_COOKIE_NAME = f"{SITE}_session"
CSRF_COOKIE_NAME = f"{SITE}_csrf"
