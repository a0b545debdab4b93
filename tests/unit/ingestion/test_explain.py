"""Every path has one clear answer: in, or out and why."""

from pathlib import Path

import pytest

from apps.singularity.ingestion.engine.errors import MissingPath, NotAFolder
from apps.singularity.ingestion.engine.explain import Explanation, explain
from apps.singularity.ingestion.engine.skips import SkipReason


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "src/out").mkdir(parents=True)
    (root / "src/a.py").write_text("x = 1\n")
    (root / "src/data.txt").write_bytes(b"\0")
    (root / "src/out/b.py").write_text("x = 1\n")
    (root / "src/.gitignore").write_text("# build\nout/\n")
    (root / "link").symlink_to("src")
    (root / "node_modules/x").mkdir(parents=True)
    return root


def test_an_included_file(root: Path) -> None:
    answer = Explanation("src/a.py", True, None, "It is read: 6 bytes, utf-8.")
    assert explain(root, root / "src/a.py") == answer


def test_a_relative_path_starts_at_the_current_folder(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root / "src")
    assert explain(root, Path("../src/a.py")).included


@pytest.mark.parametrize("path", ["src/out", "src/out/b.py", "src/out/missing/c.py"])
def test_the_rule_is_named_for_all_below_it(root: Path, path: str) -> None:
    answer = explain(root, root / path)
    assert (answer.included, answer.reason) == (False, SkipReason.IGNORED)
    assert "src/.gitignore:2: out/" in answer.detail


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("src/data.txt", SkipReason.BINARY),
        ("link", SkipReason.SYMLINK),
        ("node_modules/x/y.js", SkipReason.VENDORED),
    ],
)
def test_other_reasons(root: Path, path: str, reason: SkipReason) -> None:
    assert explain(root, root / path).reason is reason


@pytest.mark.parametrize(
    ("path", "included", "says"),
    [
        ("../elsewhere", False, "not below"),
        ("src/none.py", False, "src/none.py does not exist"),
        ("src/a.py/b", False, "is a file"),
        ("src", True, "one by one"),
        (".", True, "one by one"),
    ],
)
def test_paths_that_are_no_file(root: Path, path: str, included: bool, says: str) -> None:
    answer = explain(root, root / path)
    assert (answer.included, answer.reason) == (included, None)
    assert says in answer.detail


def test_a_wrong_root_is_an_error(root: Path) -> None:
    with pytest.raises(MissingPath):
        explain(root / "none", root)
    with pytest.raises(NotAFolder):
        explain(root / "src/a.py", root)
