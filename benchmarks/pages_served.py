"""The first page from the site's own web server: in a browser, and while others watch theirs.

In Debian's Chromium at 1440 px over loopback: when something is seen, and what has come over the
wire by then; the raw limit is the server's shortest answer (``/livez``) in the same browser. Those
who watch have their live panels renewed as often as the panels themselves say.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

from benchmarks.report import percentile, show
from tests.common.browser import find
from tests.common.nats import HOST, free_port
from tests.common.processes import eventually

if TYPE_CHECKING:  # Django is set up later
    from django.test import Client

WIDTH, HEIGHT = 1440, 900
WATCHERS = (0, 10, 40)
OPENING_SECONDS = 20
"""In which those who watch open the page, one after the other."""
SEEN = """() => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    const resources = performance.getEntriesByType("resource");
    const wire = some => some.reduce((sum, one) => sum + one.transferSize, 0);
    const page = performance.getEntriesByType("navigation")[0].transferSize;
    return {
        paint: paint.startTime,
        before: page + wire(resources.filter(one => one.renderBlockingStatus === "blocking")),
        whole: page + wire(resources),
        requests: 1 + resources.length,
    };
}"""
"""Milliseconds to the first contentful paint; bytes that it waits for, bytes in all."""
_PANEL = re.compile(r'hx-get="([^"]+)" hx-trigger="(?:load|every (\d+)s)')


@dataclass(frozen=True, slots=True)
class Served:
    """A site's web server and somebody's session there."""

    base: str
    cookie: tuple[str, str]

    def get(self, address: str) -> str:
        """The page of an address."""
        cookie = {"Cookie": "=".join(self.cookie)}
        request = urllib.request.Request(self.base + address, headers=cookie)
        with urllib.request.urlopen(request, timeout=60) as answer:
            if answer.url != request.full_url:
                sys.exit(f"{address} sends to {answer.url}")
            page: bytes = answer.read()
        return page.decode()


def measure(address: str, client: Client, rounds: int) -> None:
    """Serve this site, and measure one of its pages.

    Args:
        client: who is logged in; the session is used here.
        rounds: how often the page is asked for in each case.
    """
    from django.conf import settings

    name = settings.SESSION_COOKIE_NAME
    with _served() as base:
        served = Served(base, (name, client.cookies[name].value))
        _painted(served, address, rounds)
        for watchers in WATCHERS:
            _watched(served, address, rounds, watchers)


def _painted(served: Served, address: str, rounds: int) -> None:
    """Open the page again and again, with an empty cache and with a full one."""
    from playwright.sync_api import sync_playwright

    if (path := find()) is None:
        show("first paint", {"not measured": "no Chromium here"})
        return
    name, value = served.cookie
    cookie: Any = {"name": name, "value": value, "url": served.base}
    empty, full, shortest = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for _ in range(rounds):
            context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
            context.add_cookies([cookie])
            page = context.new_page()
            shortest.append(_seen(page, f"{served.base}/livez"))
            empty.append(_seen(page, served.base + address))
            full.append(_seen(page, served.base + address))
            context.close()
        browser.close()
    for title, seen in (
        ("empty cache", empty),
        ("full cache", full),
        ("shortest answer", shortest),
    ):
        times, last = [one["paint"] for one in seen], seen[-1]
        figures = {
            "p50 ms": percentile(times, 0.5),
            "p95 ms": percentile(times, 0.95),
            "KiB that it waits for": last["before"] / 1024,
            "KiB in all": last["whole"] / 1024,
            "requests": last["requests"],
        }
        show(f"first paint, {title}", figures)


def _seen(page: Any, address: str) -> dict[str, float]:
    answer = page.goto(address)
    if answer.status != 200:
        sys.exit(f"{address} answered {answer.status}")
    page.wait_for_load_state("networkidle")
    seen: dict[str, float] = page.evaluate(SEEN)
    return seen


def _watched(served: Served, address: str, rounds: int, watchers: int) -> None:
    """Ask for the page once a second while others have it open."""
    over = Event()
    times = []
    with ThreadPoolExecutor(max(1, watchers)) as pool:
        later = [OPENING_SECONDS * number / watchers for number in range(watchers)]
        watching = [pool.submit(_watch, served, address, over, after) for after in later]
        try:
            over.wait(OPENING_SECONDS if watchers else 0)
            began = time.perf_counter()
            for _ in range(rounds):
                times.append(_milliseconds(lambda: served.get(address)))
                over.wait(1)
            lasted = time.perf_counter() - began
        finally:
            over.set()
    renewals = [at for one in watching for at in one.result() if began <= at < began + lasted]
    figures = {
        "p50 ms": percentile(times, 0.5),
        "p95 ms": percentile(times, 0.95),
        "panels renewed a second": len(renewals) / lasted,
    }
    show(f"first page while {watchers} have it open", figures)


def _watch(served: Served, address: str, over: Event, after: float) -> list[float]:
    """Open the page after some seconds and let its panels renew themselves; when each was."""
    over.wait(after)
    now = time.perf_counter()
    due = {panel: now + float(pace or 0) for panel, pace in _PANEL.findall(served.get(address))}
    renewed = []
    while due and not over.is_set():
        panel, at = min(due.items(), key=lambda one: one[1])
        if over.wait(max(0.0, at - time.perf_counter())):
            break
        said = dict(_PANEL.findall(served.get(panel)))
        renewed.append(time.perf_counter())
        del due[panel]
        due |= {panel: renewed[-1] + float(said[panel])} if said.get(panel) else {}
    return renewed


def _milliseconds(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


@contextmanager
def _served() -> Iterator[str]:
    """The address of this site's web server, which runs as `manage.py up` runs it."""
    from apps.shared.core.supervisor.programs import web_command

    port = free_port()
    site = os.environ["DJANGO_SETTINGS_MODULE"].partition("_site.")[0]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(web_command(site, port), stdout=quiet, stderr=quiet)
    base = f"http://{HOST}:{port}"
    try:
        if not eventually(lambda: _answers(f"{base}/livez")):
            sys.exit("the web server does not answer")
        yield base
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5):
            return True
    except urllib.error.URLError:
        return False
