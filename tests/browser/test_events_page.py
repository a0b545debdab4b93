"""The event reference reads well on a wide and on a narrow screen, by day and by night."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import ViewportSize, expect

from apps.shared.contracts.subjects import MESSAGES
from tests.browser.conftest import NARROW, WIDE, Site

SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_message_opens_and_nothing_overflows(
    site: Site, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    site.page.set_viewport_size(size)
    site.page.emulate_media(color_scheme=scheme)
    page = site.open("events")
    assert page.locator("details[id]").count() == len(MESSAGES)
    message = page.locator("[id='code.pattern.learned']")
    expect(message.get_by_text("patterns[].occurrences")).to_be_hidden()
    message.locator("summary").first.click()
    expect(message.get_by_text("patterns[].occurrences")).to_be_visible()
    message.get_by_text("Example").click()
    expect(message.locator("pre")).to_contain_text('"occurrences": 12')
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
