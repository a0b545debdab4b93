"""The search page answers any query cleanly and never takes code for HTML."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.singularity.ingestion.admin.search import marked_lines
from apps.singularity.ingestion.engine.snippet import Snippet, snippet_of
from apps.singularity.ingestion.services import codebase_ingest, codebase_open

SEARCH = reverse("admin:ingestion_search")
HOSTILE = '''def render_cart(items):
    """Render the cart as a page."""
    return "<script>alert(1)</script>" + "</code></pre><img src=x onerror=alert(2)>"
'''


@pytest.fixture
def cart(tmp_path: Path, transactional_db: None) -> None:
    """A code base whose code is full of HTML."""
    (tmp_path / "cart.py").write_text(HOSTILE)
    codebase = codebase_open(instance=settings.INSTANCE_ID, path=tmp_path, name="shop")
    codebase_ingest(codebase=codebase)


@pytest.mark.usefixtures("cart")
def test_a_result_shows_its_place_its_reason_and_its_code_as_text(admin_client: Client) -> None:
    html = admin_client.get(SEARCH, {"q": "render cart"}).content.decode()
    assert "cart.py:1-3" in html
    assert "words: rank 1, BM25" in html
    assert "<mark" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html


@pytest.mark.usefixtures("cart")
@pytest.mark.parametrize(
    "query",
    ["x" * 10_000, "🛒 cart 🛒", "'; DROP TABLE ingestion_chunk; --", "%_\\", "the of and", "\x00"],
)
def test_an_odd_query_gets_a_clean_answer(admin_client: Client, query: str) -> None:
    response = admin_client.get(SEARCH, {"q": query})
    assert response.status_code == 200
    assert response.context["query"] == query


@pytest.mark.usefixtures("cart")
@pytest.mark.parametrize("query", ["", "   "])
def test_an_empty_query_shows_how_to_ask(admin_client: Client, query: str) -> None:
    html = admin_client.get(SEARCH, {"q": query}).content.decode()
    assert "Nothing found" not in html
    assert "by meaning" in html


@pytest.mark.usefixtures("cart")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"language": "python", "kind": "function", "path": "*.py", "codebase": "shop"}, True),
        ({"language": "rust"}, False),
        ({"kind": "class"}, False),
        ({"path": "src/"}, False),
    ],
)
def test_filters_hold(admin_client: Client, filters: dict[str, str], found: bool) -> None:
    html = admin_client.get(SEARCH, {"q": "render cart", **filters}).content.decode()
    assert ("cart.py:1-3" in html) is found


@pytest.mark.usefixtures("cart")
def test_an_unknown_code_base_is_said_in_a_line(admin_client: Client) -> None:
    html = admin_client.get(SEARCH, {"q": "cart", "codebase": "nowhere"}).content.decode()
    assert "no code base is called" in html
    assert "shop" in html


@pytest.mark.usefixtures("cart")
def test_the_first_page_gets_the_results_alone(admin_client: Client) -> None:
    htmx = {"HX-Request": "true"}
    html = admin_client.get(SEARCH, {"q": "render cart"}, headers=htmx).content.decode()
    assert "cart.py:1-3" in html
    assert "<html" not in html
    assert f'href="{SEARCH}?q=render+cart"' in html
    empty = admin_client.get(SEARCH, {"q": "  "}, headers=htmx).content.decode()
    assert "More results" not in empty


@pytest.mark.django_db
def test_a_stranger_is_asked_to_log_in(client: Client) -> None:
    assert client.get(SEARCH, {"q": "cart"}).status_code == 302


def test_marks_keep_every_character_of_the_snippet() -> None:
    snippet = snippet_of("def a():\n  cart = Cart()\n\n  return cart", "cart", first_line=7)
    lines = list(marked_lines(snippet))
    assert [number for number, _ in lines] == [7, 8, 9, 10]
    rebuilt = "\n".join("".join(text for text, _ in pieces) for _, pieces in lines)
    assert rebuilt == snippet.text
    assert [text for _, pieces in lines for text, marked in pieces if marked] == [
        "cart", "Cart", "cart"
    ]  # fmt: skip


def test_a_mark_may_cross_lines() -> None:
    lines = list(marked_lines(Snippet("ab\ncd", 1, ((1, 4),))))
    assert lines == [(1, [("a", False), ("b", True)]), (2, [("c", True), ("d", False)])]
