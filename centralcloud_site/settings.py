"""Settings of the site Centralcloud; what it shares with the other one is in the core app."""

from apps.shared.contracts.subjects import CENTRALCLOUD, SERVICE
from apps.shared.core.connections import site_cache, site_database
from apps.shared.core.identity import Identity
from apps.shared.core.settings import *  # noqa: F403
from apps.shared.core.settings import BASE_APPS, ENVIRONMENT, KEYS_DIR, SPECTACULAR_SETTINGS
from apps.shared.dashboard.theme import unfold_settings

SITE = "centralcloud"
EMBEDDED_DATABASE = ENVIRONMENT.database_name(SITE)
ROOT_URLCONF = "centralcloud_site.urls"
WSGI_APPLICATION = "centralcloud_site.wsgi.application"
SITE_CELERY = "centralcloud_site.celery"
SITE_WIRING = "centralcloud_site.wiring"

IDENTITY = Identity(
    name=SERVICE,
    source=CENTRALCLOUD,
    seed=ENVIRONMENT.centralcloud_nkey_seed,
    folder=KEYS_DIR,
)

INSTALLED_APPS = [
    *BASE_APPS,
    "apps.centralcloud.fleet",
    "apps.centralcloud.aggregation",
    "apps.centralcloud.averaging",
    "apps.centralcloud.package_sync",
    "apps.centralcloud.insights",
]

DATABASES = {"default": site_database(ENVIRONMENT, SITE)}
CACHES = {"default": site_cache(ENVIRONMENT, SITE)}
UNFOLD = unfold_settings("Centralcloud")
SPECTACULAR_SETTINGS = SPECTACULAR_SETTINGS | {
    "TITLE": "Centralcloud API",
    "DESCRIPTION": "What the fleet knows together. docs/api.md begins with examples.",
    "ENUM_NAME_OVERRIDES": {
        "AggregateStateEnum": "apps.centralcloud.averaging.models.AggregateModel.State",
    },
}
SESSION_COOKIE_NAME = f"{SITE}_session"
CSRF_COOKIE_NAME = f"{SITE}_csrf"
