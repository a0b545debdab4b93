"""A project's page of the simple API in HTML, as what it would be in JSON.

Sources: PEP 503 (links), PEP 592 (``data-yanked``), PEP 658 and 714 (``data-core-metadata``),
PEP 792 (``pypi:project-status``). Sizes, times and versions are not on such a page.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

_METADATA = ("data-core-metadata", "data-dist-info-metadata")
_STATUS = {"pypi:project-status": "status", "pypi:project-status-reason": "reason"}


def page_read(text: str) -> dict[str, Any]:
    """The page in the form of PEP 691."""
    page = _Page()
    page.feed(text)
    page.close()
    files = [{**file, "filename": file["filename"].strip()} for file in page.files]
    return {"files": [file for file in files if file["filename"]], "project-status": page.status}


class _Page(HTMLParser):
    """Collects links, each with the name of its file as its text."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[dict[str, Any]] = []
        self.status: dict[str, str] = {}
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A link to a file begins, or the page says something of the project."""
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self._open = True
            self.files.append({"filename": "", "url": said["href"], **_facts(said)})
        elif tag == "meta" and said.get("name") in _STATUS:
            self.status[_STATUS[said["name"]]] = said.get("content", "")

    def handle_endtag(self, tag: str) -> None:
        """A link ends."""
        self._open = self._open and tag != "a"

    def handle_data(self, data: str) -> None:
        """The text of a link is the name of its file."""
        if self._open:
            self.files[-1]["filename"] += data


def _facts(said: dict[str, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if "data-yanked" in said:
        facts["yanked"] = said["data-yanked"] or True
    for name in _METADATA:
        if name in said:
            kind, _, digest = said[name].partition("=")
            facts["core-metadata"] = {kind: digest} if digest else kind == "true"
            break
    return facts
