"""The settings that both sites share; a site adds its apps, its URLs and its names.

Nothing here starts a server or needs one: where an embedded server listens follows from the
state folder alone, and the first connection starts it.
"""

import os
from datetime import timedelta
from typing import Any

from apps.shared.core.connections import redis_url
from apps.shared.core.environment import CHECKOUT, ConfigurationError, read_environment
from apps.shared.core.logs import logging_settings
from apps.shared.core.secret_key import stored_secret_key

try:
    ENVIRONMENT = read_environment(os.environ)
except ConfigurationError as error:
    # No traceback for a wrong value, whichever program loads the settings.
    raise SystemExit(str(error)) from None

BASE_DIR = CHECKOUT
STATE_DIR = ENVIRONMENT.state_dir
DEBUG = ENVIRONMENT.debug
SECRET_KEY = ENVIRONMENT.secret_key or stored_secret_key(STATE_DIR)
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)

INSTANCE_ID = ENVIRONMENT.instance_id
INSTANCE_MODE = ENVIRONMENT.instance_mode
PUBLISH = ENVIRONMENT.publish
PUBLISH_EXCLUDE = ENVIRONMENT.publish_exclude
PATTERN_MIN_INSTANCES = ENVIRONMENT.pattern_min_instances
RETENTION_DAYS = ENVIRONMENT.retention_days
BASE_MODEL = ENVIRONMENT.base_model
SHARE_MODELS = ENVIRONMENT.share_models
SHARE_VOCABULARY = ENVIRONMENT.share_vocabulary
JOIN_ROUNDS = ENVIRONMENT.join_rounds
VOCABULARY_MIN_INSTANCES = ENVIRONMENT.vocabulary_min_instances
ROUND_QUORUM = ENVIRONMENT.round_quorum
ROUND_HOURS = ENVIRONMENT.round_hours
SYNC_PACKAGES = ENVIRONMENT.sync_packages
PACKAGE_DEPTH = ENVIRONMENT.package_depth
ADVISORY_SOURCES = ENVIRONMENT.advisory_sources
REGISTRY_CONTACT = ENVIRONMENT.registry_contact
API_RATE = ENVIRONMENT.api_rate
KEYS_DIR = STATE_DIR / "keys"
NATS_REPLICAS = ENVIRONMENT.nats_replicas
EMBEDDER = ENVIRONMENT.embedder
EMBEDDER_API_KEY = ENVIRONMENT.embedder_api_key
MAX_FILE_BYTES = ENVIRONMENT.max_file_bytes
DEFINITIONS_DIR = ENVIRONMENT.definitions_dir
REDIS_URL = redis_url(ENVIRONMENT)

BASE_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig",  # the URLs load the admin: few commands need it
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_celery_beat",
    "django_filters",
    "django_structlog",
    "rest_framework",
    "knox",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "apps.shared.access",
    "apps.shared.core",
    "apps.shared.dashboard",
    "apps.shared.nats_bridge",
    "apps.shared.artifacts",
    "apps.shared.knowledge_cache",
]

MIDDLEWARE = [
    "apps.shared.core.health.middleware.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.shared.core.metrics.middleware.MetricsMiddleware",
    "apps.shared.core.api.middleware.ApiGZipMiddleware",
    "apps.shared.core.api.middleware.ApiConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "apps.shared.dashboard.locked.locked"
AXES_DISABLE_ACCESS_LOG = True  # the audit log has it
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LOGIN_REDIRECT_URL = "admin:index"
TIME_ZONE = "UTC"
USE_TZ = True
SILENCED_SYSTEM_CHECKS: list[str] = []

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True  # straight from the packages: nothing to collect before a start

KNOX_TOKEN_MODEL = "access.ApiToken"  # noqa: S105  the name of a model
REST_KNOX = {"TOKEN_MODEL": KNOX_TOKEN_MODEL}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.shared.access.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["apps.shared.access.permissions.ApiPermission"],
    "DEFAULT_THROTTLE_CLASSES": ["apps.shared.core.api.throttling.ApiRate"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.shared.core.api.pagination.Cursor",
    "DEFAULT_SCHEMA_CLASS": "apps.shared.core.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "apps.shared.core.api.errors.problem",
    "PAGE_SIZE": 50,
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.shared.core.api.schema.problems",
    ],
}

CELERY_BEAT_SCHEDULER = "apps.shared.core.scheduler:SiteScheduler"
CELERY_TIMEZONE = TIME_ZONE
CELERY_RESULT_EXPIRES = None
CELERY_TASK_IGNORE_RESULT = True  # a run is a Job row
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

LOGGING_CONFIG = None
logging_settings(debug=DEBUG, style=ENVIRONMENT.log_format)
