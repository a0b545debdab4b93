"""Settings of the site Singularity; what it shares with the other one is in the core app."""

from apps.shared.contracts.subjects import instance_source
from apps.shared.core.connections import site_cache, site_database
from apps.shared.core.identity import Identity
from apps.shared.core.settings import *  # noqa: F403
from apps.shared.core.settings import (
    BASE_APPS,
    ENVIRONMENT,
    INSTANCE_ID,
    KEYS_DIR,
    SPECTACULAR_SETTINGS,
)
from apps.shared.dashboard.theme import unfold_settings

SITE = "singularity"
EMBEDDED_DATABASE = ENVIRONMENT.database_name(SITE)
ROOT_URLCONF = "singularity_site.urls"
WSGI_APPLICATION = "singularity_site.wsgi.application"
SITE_CELERY = "singularity_site.celery"
SITE_WIRING = "singularity_site.wiring"

IDENTITY = Identity(
    name=INSTANCE_ID,
    source=instance_source(INSTANCE_ID),
    seed=ENVIRONMENT.instance_nkey_seed,
    folder=KEYS_DIR,
)

INSTALLED_APPS = [
    *BASE_APPS,
    "apps.singularity.ingestion",
    "apps.singularity.patterns",
    "apps.singularity.training",
    "apps.singularity.publishing",
    "apps.singularity.guidance",
]

DATABASES = {"default": site_database(ENVIRONMENT, SITE)}
CACHES = {"default": site_cache(ENVIRONMENT, SITE)}
UNFOLD = unfold_settings("Singularity")
SPECTACULAR_SETTINGS = SPECTACULAR_SETTINGS | {
    "TITLE": "Singularity API",
    "ENUM_NAME_OVERRIDES": {"ModelKindEnum": "apps.singularity.training.models.runs.Kind"},
}
SESSION_COOKIE_NAME = f"{SITE}_session"
CSRF_COOKIE_NAME = f"{SITE}_csrf"
