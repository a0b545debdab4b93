"""Whether everything that was started really answers."""

import urllib.error
import urllib.request
from collections.abc import Mapping

from django.conf import settings

from apps.shared.core.celery import queue_client
from apps.shared.core.supervisor.programs import Site, for_site

ANSWER_SECONDS = 5.0
PING_SECONDS = 1.0


class Readiness:
    """Asks the web servers and the workers of the sites; remembers who has answered."""

    def __init__(self, ports: Mapping[Site, int]) -> None:
        self.waiting = {f"{site.title} {kind}" for site in ports for kind in ("web", "worker")}
        self._ports = ports

    def everything_answers(self) -> bool:
        """Ask those that have not answered yet; True when none is left."""
        for site, port in self._ports.items():
            if f"{site.title} web" in self.waiting and web_answers(port):
                self.waiting.discard(f"{site.title} web")
            if f"{site.title} worker" in self.waiting and worker_answers(site):
                self.waiting.discard(f"{site.title} worker")
        return not self.waiting


def web_answers(port: int) -> bool:
    """Whether /readyz says that the site and all it needs are there."""
    try:
        url = f"http://127.0.0.1:{port}/readyz"
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def worker_answers(site: Site) -> bool:
    """Whether the worker of the site's own queue answers a ping."""
    queue = queue_client(site.name, for_site(settings.ENVIRONMENT, site))
    answers = queue.control.ping(timeout=PING_SECONDS) or []
    return any(name.startswith(f"{site.title}@") for answer in answers for name in answer)
