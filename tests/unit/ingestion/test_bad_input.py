"""A tree full of trouble: each file gets its reason, and the rest is learned."""

import os
import socket
from pathlib import Path

import pytest

from apps.singularity.ingestion.models import Chunk, Codebase, File, SecretFinding
from apps.singularity.ingestion.selectors import chunks_search
from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from tests.common.trees import stored, write_tree

pytestmark = pytest.mark.django_db
GOOD = "def still_here():\n    return 'fine'\n"


def ingest(root: Path) -> Codebase:
    write_tree(root, {"good.py": GOOD})
    codebase = codebase_open(instance="alpha", path=root)
    codebase_ingest(codebase=codebase, workers=0)
    assert Chunk.objects.filter(codebase=codebase, symbol="still_here").exists()
    return codebase


def reason(codebase: Codebase, path: str) -> str:
    return File.objects.get(codebase=codebase, path=path).reason


def text_of(codebase: Codebase, path: str) -> str:
    chunks = Chunk.objects.filter(codebase=codebase, file__path=path).order_by("ordinal")
    return "\n".join(chunks.values_list("content", flat=True))


def test_a_huge_single_line_is_oversized(tmp_path: Path) -> None:
    (tmp_path / "huge.js").write_bytes(b"x" * 50_000_000)
    assert reason(ingest(tmp_path), "huge.js") == "oversized"


def test_invalid_utf8_is_read_with_replacements(tmp_path: Path) -> None:
    write_tree(tmp_path, {"latin.py": b"name = 'caf\xe9'\n"})
    codebase = ingest(tmp_path)
    assert text_of(codebase, "latin.py").strip() == "name = 'caf\ufffd'"
    assert "replaced" in File.objects.get(codebase=codebase, path="latin.py").encoding


def test_nul_bytes_are_binary(tmp_path: Path) -> None:
    write_tree(tmp_path, {"nul.py": b"a = 1\x00\n"})
    assert reason(ingest(tmp_path), "nul.py") == "binary"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_text_with_a_byte_order_mark_is_read(tmp_path: Path, encoding: str) -> None:
    text = "def ünïcode():\n    return 1\n"
    mark = "\ufeff" if encoding.endswith(("le", "be")) else ""
    write_tree(tmp_path, {"wide.py": (mark + text).encode(encoding)})
    codebase = ingest(tmp_path)
    assert text_of(codebase, "wide.py").strip() == text.strip()


def test_a_deep_nest_is_chunked(tmp_path: Path) -> None:
    nest = "x = " + "(\n" * 10_000 + ")\n" * 10_000
    write_tree(tmp_path, {"nest.py": nest})
    codebase = ingest(tmp_path)
    assert "".join(text_of(codebase, "nest.py").split()) == "".join(nest.split())


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "root").symlink_to("/")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "same.py").symlink_to(tmp_path / "good.py")
    codebase = ingest(tmp_path)
    assert [reason(codebase, path) for path in ("root", "loop", "same.py")] == ["symlink"] * 3
    assert Chunk.objects.filter(codebase=codebase).count() == 1


def test_sockets_and_pipes_are_special(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    listener = socket.socket(socket.AF_UNIX)
    before = Path.cwd()
    os.chdir(tmp_path)  # a socket's path is short
    listener.bind("socket.py")
    os.chdir(before)
    codebase = ingest(tmp_path)
    listener.close()
    assert [reason(codebase, path) for path in ("pipe.py", "socket.py")] == ["special"] * 2


@pytest.mark.parametrize("name", ["new\nline.py", "🦀.py", "tab\t.py", "quote'\".py", "%s.py"])
def test_odd_names_are_kept(tmp_path: Path, name: str) -> None:
    write_tree(tmp_path, {name: "def odd_name():\n    return 1\n"})
    ingest(tmp_path)
    (hit, *_) = chunks_search(instance="alpha", query="odd_name").hits
    assert hit.path == name


def test_a_name_that_is_not_utf8_is_kept_and_stays_the_same(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text(GOOD)
    codebase = ingest(tmp_path)
    before = stored(codebase)
    assert File.objects.filter(codebase=codebase, path="caf\\xe9.py", state="included").exists()
    codebase_ingest(codebase=codebase, full=True)
    assert stored(codebase) == before


def test_a_long_path_is_kept(tmp_path: Path) -> None:
    path = "/".join(["d" * 100] * 30) + "/deep.py"
    write_tree(tmp_path, {path: GOOD})
    codebase = ingest(tmp_path)
    assert File.objects.filter(codebase=codebase, path=path, state="included").exists()


def test_syntax_errors_are_chunked_and_noted(tmp_path: Path) -> None:
    write_tree(tmp_path, {"broken.py": "def half(:\n  ret\n\nclass Whole:\n    pass\n"})
    codebase = ingest(tmp_path)
    assert File.objects.get(codebase=codebase, path="broken.py").has_syntax_errors
    assert "class Whole" in text_of(codebase, "broken.py")


def test_a_malformed_manifest_is_a_problem_of_its_own(tmp_path: Path) -> None:
    write_tree(tmp_path, {"package.json": '{"dependencies": {"a": ', "requirements.txt": "b==1\n"})
    codebase = codebase_open(instance="alpha", path=tmp_path)
    report = codebase_ingest(codebase=codebase, workers=0)
    assert [problem.split(":")[0] for problem in report.problems] == ["package.json"]
    assert codebase.dependencies.get().purl == "pkg:pypi/b"


def test_no_secret_is_stored_anywhere(tmp_path: Path) -> None:
    password = "correct-" + "horse-battery-staple"
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    write_tree(
        tmp_path,
        {
            "conf.py": f'password = "{password}"\nURL = "postgres://me:{password}@db/x"\n',
            "doc.py": f'def f():\n    """Use {token}."""\n',
            "requirements.txt": f"private @ https://me:{password}@example.org/p.whl\n",
        },
    )
    codebase = ingest(tmp_path)
    everything = repr(stored(codebase))
    assert password not in everything
    assert token not in everything
    lines = SecretFinding.objects.filter(codebase=codebase, file__path="conf.py")
    assert set(lines.values_list("line", flat=True)) == {1, 2}
