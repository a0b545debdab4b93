"""Search finds code by what it does, by words and by symbol, and only this instance's."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from apps.singularity.ingestion import resources
from apps.singularity.ingestion.models import Codebase, EmbeddingGeneration, File
from apps.singularity.ingestion.selectors import chunks_search, vector_progress
from apps.singularity.ingestion.selectors.filters import SearchFilters, UnknownCodebase
from apps.singularity.ingestion.services import codebase_ingest, codebase_open, vectors_fill
from tests.common.trees import SMALL, write_tree

pytestmark = pytest.mark.django_db(transaction=True)


def learn(root: Path, instance: str = "alpha", name: str = "") -> Codebase:
    codebase = codebase_open(instance=instance, path=root, name=name)
    codebase_ingest(codebase=codebase)
    return codebase


@pytest.fixture
def shop(tmp_path: Path) -> Codebase:
    return learn(write_tree(tmp_path / "shop", SMALL))


def symbols(query: str, instance: str = "alpha", limit: int = 10, **filters: Any) -> list[str]:
    found = chunks_search(
        instance=instance, query=query, filters=SearchFilters(**filters), limit=limit
    )
    return [hit.chunk.symbol for hit in found.hits]


def test_words_find_code_before_any_vector_is_there(shop: Codebase) -> None:
    found = chunks_search(instance="alpha", query="read cart json file")
    assert found.hits[0].chunk.symbol == "load_cart"
    assert found.hits[0].why.lexical_rank == 1
    assert found.hits[0].why.vector_rank is None
    assert "by words alone" in found.notice


def test_meaning_finds_code_that_shares_no_word(shop: Codebase) -> None:
    report = vectors_fill(instance="alpha")
    assert report.embedded == report.total == vector_progress(instance="alpha").texts
    found = chunks_search(instance="alpha", query="exponential delay after failures")
    assert found.notice == ""
    assert found.hits[0].chunk.symbol == "retry_with_backoff"
    assert found.hits[0].why.vector_rank == 1


def test_an_exact_symbol_comes_first_whatever_the_scores(shop: Codebase, tmp_path: Path) -> None:
    vectors_fill(instance="alpha")
    for query in ("load_cart", "LOAD_CART", "load_cart()"):
        found = chunks_search(instance="alpha", query=query)
        assert found.hits[0].chunk.symbol == "load_cart"
        assert found.hits[0].why.exact_symbol


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("add", "Shop.Cart.add/2"),
        ("add/2", "Shop.Cart.add/2"),
        ("cart.add/2", "Shop.Cart.add/2"),
        ("Cart.total_price", "Cart.total_price"),
    ],
)
def test_symbols_are_found_by_their_last_part_and_by_more_of_them(
    tmp_path: Path, query: str, first: str
) -> None:
    elixir = "defmodule Shop.Cart do\n  def add(cart, item), do: [item | cart]\nend\n"
    body = "".join(f"        line_{n} = self.items[{n}].price * discount\n" for n in range(60))
    price = f"class Cart:\n    def total_price(self, discount=0):\n{body}"
    learn(write_tree(tmp_path / "symbols", {"lib/cart.ex": elixir, "cart.py": price}))
    hit = chunks_search(instance="alpha", query=query).hits[0]
    assert hit.why.exact_symbol
    assert hit.chunk.symbol == first


def test_a_hit_says_where_and_shows_it(shop: Codebase) -> None:
    hit = chunks_search(instance="alpha", query="charge credit card").hits[0].as_dict()
    assert hit["path"] == "shop/checkout.ts"
    lines = SMALL["shop/checkout.ts"].splitlines()
    assert lines[hit["snippet_line"] - 1].strip() == hit["snippet"].splitlines()[0].strip()
    assert hit["start_line"] <= hit["snippet_line"] <= hit["end_line"]
    marked = {hit["snippet"][start:end].lower() for start, end in hit["highlights"]}
    assert {"charge", "card"} <= marked
    wanted = {"path", "symbol", "kind", "language", "start_line", "end_line", "score", "snippet"}
    assert wanted <= hit.keys()


def test_filters_leave_out_the_rest(shop: Codebase) -> None:
    vectors_fill(instance="alpha")
    for query in ("cart", "charge", "retry"):
        kept = chunks_search(
            instance="alpha", query=query, filters=SearchFilters(languages=("rust",))
        ).hits
        assert [hit.chunk.language for hit in kept] == ["rust"] * len(kept)
        assert kept
        below = chunks_search(
            instance="alpha", query=query, filters=SearchFilters(path="shop/*.ts")
        ).hits
        assert {hit.path for hit in below} == {"shop/checkout.ts"}
        functions = chunks_search(
            instance="alpha", query=query, filters=SearchFilters(kinds=("function",))
        ).hits
        assert {hit.chunk.kind for hit in functions} == {"function"}


def test_an_unknown_code_base_is_an_error_that_names_the_known(shop: Codebase) -> None:
    with pytest.raises(UnknownCodebase, match="shop"):
        symbols("cart", codebase="nothing")


def test_code_bases_are_searched_together_and_apart(shop: Codebase, tmp_path: Path) -> None:
    learn(write_tree(tmp_path / "other", {"x.py": "def cart_of_another():\n    pass\n"}))
    assert {"load_cart", "cart_of_another"} <= set(symbols("cart"))
    assert symbols("cart", codebase="other") == ["cart_of_another"]


def test_changes_are_seen_by_the_next_search(shop: Codebase, tmp_path: Path) -> None:
    vectors_fill(instance="alpha")
    (tmp_path / "shop/shop/retry.rs").unlink()
    write_tree(tmp_path / "shop", {"shop/new.py": "def unlock_warehouse():\n    return 1\n"})
    codebase_ingest(codebase=shop)
    assert symbols("unlock warehouse")[0] == "unlock_warehouse"
    assert "retry_with_backoff" not in symbols("retry with backoff")


def test_an_index_of_another_database_or_time_is_rebuilt(shop: Codebase) -> None:
    assert "load_cart" in symbols("load cart")
    index = resources.lexical_index("alpha")
    assert index.revisions()[shop.token] == Codebase.objects.get(id=shop.pk).revision
    Codebase.objects.filter(id=shop.pk).update(revision=1)  # a backup was restored
    File.objects.filter(codebase=shop).update(revision=1)
    assert "load_cart" in symbols("load cart")
    assert index.revisions()[shop.token] == 1
    Codebase.objects.filter(id=shop.pk).update(token=shop.token + 1)  # another database
    assert "load_cart" in symbols("load cart")
    assert shop.token not in index.revisions()


def test_no_instance_sees_anothers_code(shop: Codebase, tmp_path: Path) -> None:
    learn(
        write_tree(tmp_path / "theirs", {"s.py": "def secret_sauce():\n    return 'ours'\n"}),
        instance="beta",
    )
    vectors_fill(instance="alpha")
    vectors_fill(instance="beta")
    assert symbols("secret_sauce", instance="beta") == ["secret_sauce"]
    assert "secret_sauce" not in symbols("secret_sauce")
    assert "load_cart" not in symbols("load cart", instance="beta")
    assert chunks_search(instance="gamma", query="cart").hits == []
    assert vector_progress(instance="beta").texts == 1


@pytest.mark.parametrize(
    "query",
    [
        "", "   ", "\x00", "🦀🔥", "the of and a", "x" * 10_000, "word " * 2_000,
        "'; DROP TABLE ingestion_chunk; --", 'symbol:"(" AND NOT [a TO', "%s %(x)s {}", "\ud800",
        "a\nb\tc", "*", "../../etc/passwd", "<script>alert(1)</script>",
    ],
    ids=range(15),
)  # fmt: skip
def test_odd_queries_get_clean_answers(shop: Codebase, query: str) -> None:
    found = chunks_search(instance="alpha", query=query)
    for hit in found.hits:
        assert hit.as_dict()["path"] in SMALL


def test_copies_are_shown_once_with_their_number(tmp_path: Path) -> None:
    licence = "# All rights reserved by the turtle company of nowhere.\n"
    learn(write_tree(tmp_path, {f"m{n}.py": licence for n in range(30)}))
    vectors_fill(instance="alpha")
    found = chunks_search(instance="alpha", query="turtle company rights")
    assert len(found.hits) == 1
    assert found.hits[0].copies == 29


def test_a_new_model_is_built_beside_and_switched_to_at_once(
    shop: Codebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors_fill(instance="alpha")
    first = EmbeddingGeneration.objects.get(instance="alpha")
    model = resources.embedder_open("")

    class Mirrored:
        """The default model with its dimensions turned around, under another identity."""

        identity = model.identity + "-mirrored"
        name = "mirrored"
        dimensions = model.dimensions
        max_tokens = model.max_tokens

        def embed(self, texts: list[str]) -> object:
            return model.embed(texts)[:, ::-1].copy()

    real = resources.embedder_open

    def opened(setting: str, identity: str = "") -> object:
        return Mirrored() if setting == "mirrored" else real(setting, identity)

    for module in ("services.vectors", "selectors.query_vector"):
        monkeypatch.setattr(f"apps.singularity.ingestion.{module}.embedder_open", opened)
    monkeypatch.setattr(django_settings, "EMBEDDER", "mirrored")

    class Stop(Exception):
        pass

    def stop_in_the_middle(done: int, total: int) -> None:
        if done:
            raise Stop

    with pytest.raises(Stop):
        vectors_fill(instance="alpha", report=stop_in_the_middle)
    states = set(EmbeddingGeneration.objects.values_list("state", flat=True))
    assert states == {"active", "building"}
    assert symbols("exponential delay after failures")[0] == "retry_with_backoff"

    report = vectors_fill(instance="alpha")
    second = EmbeddingGeneration.objects.get(instance="alpha", state="active")
    assert second.name == "mirrored"
    assert second.pk != first.pk
    assert report.total == second.embeddings.count()
    assert symbols("exponential delay after failures")[0] == "retry_with_backoff"


def test_without_the_model_words_still_answer(
    shop: Codebase, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors_fill(instance="alpha")
    EmbeddingGeneration.objects.update(setting="/nowhere/at/all")
    found = chunks_search(instance="alpha", query="load cart from json")
    assert found.hits[0].chunk.symbol == "load_cart"
    assert found.notice.startswith("Results are by words alone")
