"""Every page and list of Centralcloud with a fleet of 1,000 instances, beside bare Django views.

The bare view of a page runs the very SQL that the page ran, and answers with how many rows came:
what middleware, models, templates and serializers cost is the difference. Both are asked in turns,
in this process.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from benchmarks import pages_served
from benchmarks.database import cloud_site
from benchmarks.report import percentile, show

ROUNDS = 20
PAGE_GOAL_MS, LIST_GOAL_MS, QUERIES_GOAL = 150, 60, 15
Ask = Callable[[], Any]
_CURSOR = re.compile(r"^DECLARE .*? FOR (?=SELECT)")


def main() -> None:
    """Make the fleet, ask for every page, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="askings of each page")
    parser.add_argument("--instances", type=int, default=1_000)
    parser.add_argument("--contributions", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="part of the addresses to ask for")
    options = parser.parse_args()
    with cloud_site():
        from django.conf import settings

        from apps.shared.core.embedded.servers import servers_of
        from benchmarks.page_fleet import Size, fleet_make

        servers_of(settings.STATE_DIR).ensure_valkey()
        began = time.perf_counter()
        size = replace(Size(), instances=options.instances, contributions=options.contributions)
        rows = fleet_make(size)
        show("a fleet for the pages", {**rows, "seconds": time.perf_counter() - began})
        measure(options.rounds, options.only)


def measure(rounds: int, only: str) -> None:
    """Ask for every page, and print milliseconds, queries and bytes; the first as it is served."""
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import reverse

    from apps.shared.core.web import web_application

    web_application()  # loads and settles this process as it does the web server's
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("bench"))
    missed = []
    for address in addresses():
        if only in address:
            figures = _measured(client, address, rounds)
            show(address, figures)
            goal = LIST_GOAL_MS if address.startswith("/api/") else PAGE_GOAL_MS
            late = figures["p95 ms"] > goal or figures["queries"] > QUERIES_GOAL
            if late or figures["answer"] != 200:
                missed.append(address)
    show("beyond the goals", {"pages": ", ".join(missed) or "none"})
    pages_served.measure(reverse("admin:index"), client, rounds)


def addresses() -> Iterator[str]:
    """The first page and its panels, every list of the admin and a row of it, the REST API."""
    from django.contrib import admin
    from django.urls import reverse
    from drf_spectacular.generators import EndpointEnumerator

    from apps.shared.dashboard.frame import panels

    yield reverse("admin:index")
    for panel in panels():
        yield reverse("dashboard-panel", args=[panel.name])
    for listed in admin.site._registry.values():  # noqa: SLF001  there is no other way to all
        name = f"admin:{listed.opts.app_label}_{listed.opts.model_name}"
        yield reverse(f"{name}_changelist")
        if (row := listed.model.objects.first()) is not None:
            yield reverse(f"{name}_change", args=[row.pk])
    for path, _, method, _ in EndpointEnumerator().get_api_endpoints():
        if method == "GET" and "{" not in path and path.startswith("/api/v1/"):
            yield path
    yield "/api/v1/instances?format=csv"
    yield "/api/v1/instances?condition=online&fields=name,condition"
    yield "/api/v1/patterns?language=python&min_instances=3"


def _measured(client: Any, address: str, rounds: int) -> dict[str, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address).getvalue()  # what is kept from one asking to the next is there
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        size = len(answer.getvalue())
    statements = [
        _CURSOR.sub("", query["sql"]) for query in captured if not _of_transaction(query["sql"])
    ]
    page, bare = [], []
    for _ in range(rounds):
        page.append(_milliseconds(lambda: client.get(address).getvalue()))
        bare.append(_milliseconds(lambda: _bare(statements)))
    return {
        "answer": answer.status_code,
        "p50 ms": percentile(page, 0.5),
        "p95 ms": percentile(page, 0.95),
        "bare view, p50 ms": percentile(bare, 0.5),
        "p50 / bare view": percentile(page, 0.5) / percentile(bare, 0.5),
        "queries": len(statements),
        "KiB": size / 1024,
    }


def _bare(statements: list[str]) -> Any:
    """A view that only runs the statements."""
    from django.db import connection
    from django.http import JsonResponse

    rows = 0
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            rows += len(cursor.fetchall()) if cursor.description else 0
    return JsonResponse({"rows": rows})


def _of_transaction(sql: str) -> bool:
    return sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT"))


def _milliseconds(ask: Ask) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
