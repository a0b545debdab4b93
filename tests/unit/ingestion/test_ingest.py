"""A tree becomes rows; a second ingest reads only what changed."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from apps.singularity.ingestion.engine.errors import IngestError, MissingPath, NotAFolder
from apps.singularity.ingestion.models import (
    Chunk,
    Codebase,
    DeclaredDependency,
    Embedding,
    EmbeddingGeneration,
    File,
)
from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from apps.singularity.ingestion.services.vectors import orphans_delete
from tests.common.trees import SMALL, stored, write_tree

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree whose files are old enough for their times to be trusted."""
    root = write_tree(tmp_path / "shop", SMALL)
    age(root)
    return root


def age(root: Path) -> None:
    """Date all files back; what changed since then shows in their times."""
    for path in root.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def ingest(root: Path, name: str = "", **options: Any) -> Codebase:
    codebase = codebase_open(instance="alpha", path=root, name=name)
    codebase_ingest(codebase=codebase, **options)
    codebase.refresh_from_db()
    return codebase


def test_a_tree_becomes_files_chunks_and_dependencies(tree: Path) -> None:
    codebase = ingest(tree)
    chunks = {chunk.symbol: chunk for chunk in Chunk.objects.filter(codebase=codebase)}
    price = chunks["Cart.total_price"] if "Cart.total_price" in chunks else chunks["Cart"]
    assert price.file.path == "shop/cart.py"
    assert "def total_price" in price.content
    assert chunks["load_cart"].documentation == "Read a cart from a JSON file."
    assert chunks["load_cart"].kind == "function"
    assert chunks["retry_with_backoff"].language == "rust"
    purls = DeclaredDependency.objects.filter(codebase=codebase).values_list("purl", flat=True)
    assert set(purls) == {"pkg:pypi/requests", "pkg:pypi/django"}
    logo = File.objects.get(codebase=codebase, path="logo.png")
    assert (logo.state, logo.reason) == ("skipped", "binary")


def test_chunks_hold_every_line_that_is_not_blank(tree: Path) -> None:
    codebase = ingest(tree)
    for file in File.objects.filter(codebase=codebase, state="included"):
        text = (tree / file.path).read_text()
        held = "\n".join(chunk.content for chunk in file.chunks.order_by("ordinal"))
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        assert [line.strip() for line in held.splitlines() if line.strip()] == lines


def test_second_ingest_reads_nothing(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 4_000_000_000 * 10**9)  # long after the writes
    codebase = ingest(tree)
    before = stored(codebase)
    report = codebase_ingest(codebase=codebase)
    assert (report.pending, report.changed, report.removed) == (0, 0, 0)
    revision = codebase.revision
    codebase.refresh_from_db()
    assert codebase.revision == revision
    assert stored(codebase) == before


def test_a_file_written_just_now_is_looked_at_again_but_stays(tree: Path) -> None:
    write_tree(tree, {"new.py": "x = 1\n"})
    codebase = ingest(tree)
    report = codebase_ingest(codebase=codebase)
    assert report.changed == 0
    assert report.unchanged >= 1


def test_same_size_and_times_but_other_bytes_are_noticed_after_a_racy_write(tree: Path) -> None:
    target = tree / "race.py"
    target.write_text("a = 1\n")
    codebase = ingest(tree)
    status = target.stat()
    target.write_text("b = 2\n")
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
    codebase_ingest(codebase=codebase)
    (chunk,) = Chunk.objects.filter(codebase=codebase, file__path="race.py")
    assert chunk.content.strip() == "b = 2"


def test_edit_delete_rename_equal_a_fresh_ingest(tree: Path) -> None:
    codebase = ingest(tree, "kept")
    (tree / "shop/cart.py").write_text("def other():\n    return 1\n")
    (tree / "shop/retry.rs").unlink()
    (tree / "README.md").rename(tree / "READ.md")
    report = codebase_ingest(codebase=codebase)
    assert report.removed == 2
    assert stored(codebase) == stored(ingest(tree, "fresh"))


def test_an_ignore_rule_takes_files_out_and_its_removal_brings_them_back(tree: Path) -> None:
    codebase = ingest(tree, "kept")
    write_tree(tree, {".singularityignore": "shop/\n"})
    codebase_ingest(codebase=codebase)
    assert not Chunk.objects.filter(codebase=codebase, file__path__startswith="shop/").exists()
    skipped = File.objects.get(codebase=codebase, path="shop")
    assert (skipped.reason, skipped.is_directory) == ("ignored", True)
    (tree / ".singularityignore").unlink()
    codebase_ingest(codebase=codebase)
    assert stored(codebase) == stored(ingest(tree, "fresh"))


def test_full_reads_every_file_again(tree: Path) -> None:
    codebase = ingest(tree)
    before = stored(codebase)
    report = codebase_ingest(codebase=codebase, full=True)
    assert report.changed == File.objects.filter(codebase=codebase, state="included").count()
    assert stored(codebase) == before


def test_worker_processes_store_the_same_as_one(tmp_path: Path) -> None:
    files = {f"m{n}.py": f"def f{n}():\n    return {n}\n" for n in range(120)}
    root = write_tree(tmp_path, files)
    assert stored(ingest(root, "many", workers=2)) == stored(ingest(root, "one", workers=0))


def test_a_default_name_follows_the_folder_and_the_folder_decides(tree: Path) -> None:
    first = codebase_open(instance="alpha", path=tree)
    assert first.name == "shop"
    assert codebase_open(instance="alpha", path=tree / "shop" / "..").pk == first.pk


def test_a_taken_name_is_refused_with_what_to_do(tree: Path, tmp_path: Path) -> None:
    codebase_open(instance="alpha", path=tree)
    other = write_tree(tmp_path / "elsewhere" / "shop", {"a.py": "a = 1\n"})
    with pytest.raises(IngestError, match="--name"):
        codebase_open(instance="alpha", path=other)
    assert codebase_open(instance="beta", path=other).root == str(other)


def test_a_moved_checkout_keeps_its_rows(tree: Path, tmp_path: Path) -> None:
    codebase = ingest(tree, "shop")
    moved = tree.rename(tmp_path / "moved")
    again = ingest(moved, "shop")
    assert again.pk == codebase.pk
    assert again.root == str(moved)


def test_missing_path_and_file_as_path_are_told_apart(tree: Path) -> None:
    with pytest.raises(MissingPath):
        codebase_open(instance="alpha", path=tree / "nowhere")
    with pytest.raises(NotAFolder):
        codebase_open(instance="alpha", path=tree / "README.md")


def test_a_root_that_vanished_deletes_nothing(tree: Path, tmp_path: Path) -> None:
    codebase = ingest(tree)
    before = stored(codebase)
    tree.rename(tmp_path / "away")
    with pytest.raises(MissingPath):
        codebase_ingest(codebase=codebase)
    assert stored(codebase) == before


def test_an_empty_folder_is_an_empty_code_base(tmp_path: Path) -> None:
    codebase = ingest(tmp_path)
    assert not File.objects.filter(codebase=codebase).exists()
    assert codebase.ingested_at is not None


def test_identical_text_shares_its_digest_and_orphans_go(tree: Path) -> None:
    body = "def same():\n    return 'the very same'\n"
    write_tree(tree, {"a.py": body, "b.py": body})
    codebase = ingest(tree)
    digests = set(
        Chunk.objects.filter(symbol="same").values_list("text_digest", flat=True).distinct()
    )
    assert len({bytes(digest) for digest in digests}) == 1
    generation = EmbeddingGeneration.objects.create(
        instance="alpha", identity="x", name="x", dimensions=2, state="active"
    )
    for digest in (digests.pop(), b"nobody has this!"):
        Embedding.objects.create(
            instance="alpha", generation=generation, text_digest=digest, vector=[1, 0]
        )
    assert orphans_delete(instance="beta") == 0
    assert orphans_delete(instance="alpha") == 1
    (tree / "a.py").unlink()
    codebase_ingest(codebase=codebase)
    assert Embedding.objects.count() == 1  # b.py has the text still
    (tree / "b.py").unlink()
    codebase_ingest(codebase=codebase)
    assert Embedding.objects.count() == 0
