"""Makes a site's Celery application."""

from typing import Any

from celery import Celery, signals
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from apps.shared.core.connections import queue_name, site_broker
from apps.shared.core.embedded.servers import servers_of
from apps.shared.core.environment import Environment


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


def site_celery(site: str, schedule: dict[str, Any], queues: dict[str, str]) -> Celery:
    """The application of one site: its queues, and the beat schedule of its wiring.

    ``queues`` names the tasks that wait in a queue of their own, beside the site's.
    """
    app = queue_client(site, settings.ENVIRONMENT)
    app.conf.beat_schedule = schedule
    environment = settings.ENVIRONMENT
    app.conf.task_routes = {
        task: {"queue": queue_name(environment, site, name)} for task, name in queues.items()
    }
    app.steps["worker"].add(DjangoStructLogInitStep)
    app.set_default()
    app.autodiscover_tasks()
    # Celery would put its own handlers in the place of structlog's.
    signals.setup_logging.connect(_keep_logging)
    signals.worker_shutting_down.connect(_leave_jobs)
    return app


def queue_client(site: str, environment: Environment) -> Celery:
    """An application that talks to a site's queue and workers, without the site's tasks."""
    app = SiteCelery(site, set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.update(site_broker(environment, site))
    return app


def _keep_logging(**_: Any) -> None:
    """Being connected is what keeps Celery from configuring logging."""


def _leave_jobs(**_: Any) -> None:
    """A worker that is told to end leaves its jobs to the next one instead of finishing them."""
    from apps.shared.core.jobs import jobs_stop  # its models load after the settings do

    jobs_stop()


def _ensure_broker() -> None:
    if not settings.ENVIRONMENT.redis_url:
        servers_of(settings.STATE_DIR).ensure_valkey()
