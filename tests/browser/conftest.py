"""A browser on the site, served by Django with the real embedded PostgreSQL behind it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.common.browser import find

if TYPE_CHECKING:  # conftests are read before Django is set up
    from django.contrib.auth.models import User

WIDE = ViewportSize(width=1440, height=900)
NARROW = ViewportSize(width=390, height=844)
UNREADABLE = """() => {
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = colour => {
        pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
    const light = colour => colour.slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = element => {
        const layers = [];
        for (let e = element; e; e = e.parentElement)
            layers.unshift(rgba(getComputedStyle(e).backgroundColor));
        return layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
    };
    const found = [];
    const texts = document.createTreeWalker(
        document.querySelector("#content"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode.textContent.trim();
        const element = texts.currentNode.parentElement;
        const shown = element.checkVisibility() && element.getClientRects().length;
        if (!text || !shown || element.closest("style, script, title, .material-symbols-outlined"))
            continue;
        const back = behind(element), front = over(rgba(getComputedStyle(element).color), back);
        const [dark, bright] = [light(back), light(front)].sort((a, b) => a - b);
        if ((bright + 0.05) / (dark + 0.05) < 4.49) found.push(text);
    }
    return found;
}"""
"""Texts whose contrast is below 4.5 to 1 (WCAG 2.2, 1.4.3)."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module; its event loop ends with it, so that others may run theirs."""
    path = find()
    if path is None:
        pytest.skip("no Chromium found: install `chromium` to run the browser tests")
    # playwright's loop runs in this thread, and Django would take it for an asynchronous caller
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def admin(transactional_db: None) -> User:
    """An administrator."""
    from tests.common.factories.core import AdminFactory

    user: User = AdminFactory()
    return user


@pytest.fixture
def site(chromium: Browser, live_server: LiveServer, admin: User) -> Iterator[Site]:
    """A logged-in page, which fails the test that leaves an error in its console."""
    context = chromium.new_context(viewport=WIDE, base_url=live_server.url)
    site = Site(context.new_page(), live_server.url)
    site.enter(admin)
    yield site
    context.close()
    assert site.errors == []


class Site:
    """A page, and what its console complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: self.errors.append(message.text) if message.type == "error" else None,
        )

    def open(self, name: str, *args: object, query: str = "") -> Page:
        """Go to a named address."""
        response = self.page.goto(reverse(name, args=args) + query)
        assert response is not None
        assert response.ok
        return self.page

    def status(self, name: str) -> int:
        """The status of a named address for who is logged in."""
        return self.page.request.get(self.url + reverse(name)).status

    def enter(self, user: User) -> None:
        """Go on as this account."""
        from django.test import Client

        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        self.page.context.add_cookies([{"name": name, "value": value, "url": self.url}])

    def readable(self, name: str) -> None:
        """Check the page wide and narrow, by day and by night: contrast, and nothing too wide."""
        page = self.page
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            for dark in (False, True):
                page.emulate_media(color_scheme="dark" if dark else "light")
                page.evaluate(
                    "dark => document.documentElement.classList.toggle('dark', dark)", dark
                )
                assert page.evaluate(UNREADABLE) == [], (name, dark, size["width"])
                width = page.evaluate("document.documentElement.scrollWidth")
                assert width <= size["width"], (name, size["width"])
        page.set_viewport_size(WIDE)
