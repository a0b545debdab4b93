"""Answers /livez and /readyz before anything else runs."""

from collections.abc import Callable
from dataclasses import asdict

from django.http import HttpRequest, HttpResponse, JsonResponse

from apps.shared.core.health.checks import run_checks


class HealthMiddleware:
    """Probes come by address and without a session: no host check, no database of sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the two probes; pass everything else on."""
        if request.path == "/livez":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return ready()
        return self.get_response(request)


def ready() -> JsonResponse:
    """200 when everything that this site needs answers, else 503; each check by name."""
    checks = run_checks()
    ok = all(check.ok for check in checks)
    body = {"status": "ok" if ok else "unavailable", "checks": [asdict(c) for c in checks]}
    return JsonResponse(body, status=200 if ok else 503)
