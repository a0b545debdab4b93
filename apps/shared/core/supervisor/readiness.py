"""Whether everything that was started really answers."""

import urllib.error
import urllib.request
from collections.abc import Mapping

from apps.shared.core.celery import queue_client

ANSWER_SECONDS = 5.0
PING_SECONDS = 1.0


class Readiness:
    """Asks the web servers and the workers of the sites; remembers who has answered."""

    def __init__(self, ports: Mapping[str, int]) -> None:
        self.waiting = {f"{site} {kind}" for site in ports for kind in ("web", "worker")}
        self._ports = ports

    def everything_answers(self) -> bool:
        """Ask those that have not answered yet; True when none is left."""
        for site, port in self._ports.items():
            if f"{site} web" in self.waiting and web_answers(port):
                self.waiting.discard(f"{site} web")
            if f"{site} worker" in self.waiting and worker_answers(site):
                self.waiting.discard(f"{site} worker")
        return not self.waiting


def web_answers(port: int) -> bool:
    """Whether /readyz says that the site and all it needs are there."""
    try:
        url = f"http://127.0.0.1:{port}/readyz"
        with urllib.request.urlopen(url, timeout=ANSWER_SECONDS) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def worker_answers(site: str) -> bool:
    """Whether a worker of the site's queue answers a ping."""
    return bool(queue_client(site).control.ping(timeout=PING_SECONDS))
