"""Makes a site's Celery application."""

from typing import Any

from celery import Celery
from django.conf import settings

from apps.shared.core.connections import site_broker
from apps.shared.core.embedded.servers import servers_of


class SiteCelery(Celery):
    """Makes sure that the embedded Valkey runs, where one is used, before the first connection."""

    def connection_for_write(self, *args: Any, **kwargs: Any) -> Any:
        """The connection that tasks are sent over."""
        _ensure_broker()
        return super().connection_for_write(*args, **kwargs)

    def connection_for_read(self, *args: Any, **kwargs: Any) -> Any:
        """The connection that tasks are received over."""
        _ensure_broker()
        return super().connection_for_read(*args, **kwargs)


def site_celery(site: str, schedule: dict[str, Any]) -> Celery:
    """The application of one site: an own queue, and the beat schedule of its wiring."""
    app = SiteCelery(site)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(site_broker(settings.ENVIRONMENT, site), beat_schedule=schedule)
    app.set_default()
    app.autodiscover_tasks()
    return app


def _ensure_broker() -> None:
    if not settings.ENVIRONMENT.redis_url:
        servers_of(settings.STATE_DIR).ensure_valkey()
