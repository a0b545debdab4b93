"""The walk: what is found, what is left out and why, and trees that fight back."""

import os
import socket
from pathlib import Path

import pytest

from apps.singularity.ingestion.engine.errors import MissingPath, NoPermission, NotAFolder
from apps.singularity.ingestion.engine.skips import Skipped, SkipReason
from apps.singularity.ingestion.engine.walk import Found, Limits, walk
from tests.common.privileges import unprivileged_folder


def plant(root: Path, *paths: str, content: str = "x = 1\n") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)


def found(root: Path) -> list[str]:
    return [result.path for result in walk(root) if isinstance(result, Found)]


def reasons(root: Path, limits: Limits | None = None) -> dict[str, SkipReason]:
    results = walk(root, limits or Limits())
    return {result.path: result.reason for result in results if isinstance(result, Skipped)}


def test_found_files_carry_what_reading_needs(tmp_path: Path) -> None:
    plant(tmp_path, "src/a.py", "package.json")
    status = (tmp_path / "src/a.py").stat()
    manifest, source = (result for result in walk(tmp_path) if isinstance(result, Found))
    location = os.fsencode(tmp_path / "src/a.py")
    assert (source.path, source.location, source.is_manifest) == ("src/a.py", location, False)
    times = (source.mtime_ns, source.ctime_ns)
    assert (source.size, times) == (status.st_size, (status.st_mtime_ns, status.st_ctime_ns))
    assert manifest.is_manifest


def test_order_is_by_name_and_repeats(tmp_path: Path) -> None:
    plant(tmp_path, "b/z.py", "a.py", "b/a/c.py", "é.py", "B.py")
    assert found(tmp_path) == ["B.py", "a.py", "b/a/c.py", "b/z.py", "é.py"]


def test_an_empty_folder_has_nothing(tmp_path: Path) -> None:
    assert list(walk(tmp_path)) == []


def test_wrong_roots_are_named_at_once(tmp_path: Path) -> None:
    plant(tmp_path, "a.py")
    with pytest.raises(NotAFolder, match=r"a\.py is not a folder"):
        walk(tmp_path / "a.py")
    for missing in ("none", "a.py/none"):
        with pytest.raises(MissingPath, match="does not exist"):
            walk(tmp_path / missing)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(MissingPath):
        walk(tmp_path / "loop")


def test_links_pipes_and_sockets_are_not_followed(tmp_path: Path) -> None:
    plant(tmp_path, "a.py")
    (tmp_path / "root").symlink_to("/")
    (tmp_path / "loop").symlink_to(".")
    (tmp_path / "same").symlink_to("a.py")
    (tmp_path / "dead").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.relpath(tmp_path / "socket"))
    listener.close()
    links = dict.fromkeys(("root", "loop", "same", "dead"), SkipReason.SYMLINK)
    assert found(tmp_path) == ["a.py"]
    assert reasons(tmp_path) == links | dict.fromkeys(("pipe", "socket"), SkipReason.SPECIAL)


def test_sizes_are_judged_without_opening(tmp_path: Path) -> None:
    plant(tmp_path, "empty.py", content="")
    for name in ("big.py", "package-lock.json"):
        (tmp_path / name).touch()
        os.truncate(tmp_path / name, 15_000_000)
    with (tmp_path / "line.js").open("wb") as file:
        file.truncate(50_000_000)
    expected = {"empty.py": SkipReason.EMPTY} | dict.fromkeys(
        ("big.py", "line.js"), SkipReason.OVERSIZED
    )
    assert reasons(tmp_path) == expected
    assert found(tmp_path) == ["package-lock.json"]
    assert "big.py" not in reasons(tmp_path, Limits(max_file_bytes=15_000_000))


def test_odd_names_stay_apart(tmp_path: Path) -> None:
    for name in (b"new\nline.py", "😀.py".encode(), b"bad\xff.py", b"bad\\xff.py"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("x")
    assert sorted(found(tmp_path)) == ["bad\\xff.py", "bad\\xff.py~", "new\nline.py", "😀.py"]


def test_a_thousand_nested_folders_are_walked(tmp_path: Path) -> None:
    folders = [str(tmp_path) + "/d" * depth for depth in range(1, 1001)]
    for folder in folders:
        os.mkdir(folder)  # noqa: PTH102 - pathlib is slow on a thousand parts
    file = Path(f"{folders[-1]}/a.py")
    file.write_text("x")
    assert found(tmp_path) == ["d/" * 1000 + "a.py"]
    # Folder by folder: pytest's own cleaning recurses.
    file.unlink()
    for folder in reversed(folders):
        os.rmdir(folder)  # noqa: PTH106 - as above


def test_folders_too_deep_to_open_are_reported(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(30):
        os.mkdir("d" * 200, dir_fd=here)
        inner = os.open("d" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    assert list(reasons(tmp_path).values()) == [SkipReason.UNREADABLE]


@pytest.mark.parametrize(
    ("folder", "evidence"),
    [
        ("node_modules", None),
        ("third_party", None),
        ("env", "env/pyvenv.cfg"),
        ("vendor", "vendor/modules.txt"),
        ("vendor", "vendor/autoload.php"),
        ("target", "target/CACHEDIR.TAG"),
        ("deps", "mix.exs"),
        ("_build", "mix.exs"),
    ],
)
def test_vendored_folders_need_evidence(tmp_path: Path, folder: str, evidence: str | None) -> None:
    plant(tmp_path, f"{folder}/lib/a.py")
    if evidence:
        assert f"{folder}/lib/a.py" in found(tmp_path)
        plant(tmp_path, evidence)
    assert reasons(tmp_path)[folder] is SkipReason.VENDORED


@pytest.mark.parametrize("name", ["build", "dist", "vendor", "target", "deps", "lib", "bin"])
def test_first_party_folders_with_common_names_are_read(tmp_path: Path, name: str) -> None:
    plant(tmp_path, f"{name}/a.py")
    assert found(tmp_path) == [f"{name}/a.py"]


def test_a_root_inside_a_vendored_folder_is_read(tmp_path: Path) -> None:
    plant(tmp_path, ".venv/pyvenv.cfg", ".venv/lib/site-packages/django/a.py")
    assert found(tmp_path / ".venv/lib/site-packages/django") == ["a.py"]
    assert found(tmp_path / ".venv/lib/site-packages") == ["django/a.py"]


def test_names_tell_what_is_no_source(tmp_path: Path) -> None:
    plant(tmp_path, "a.png", "b.min.js", "c.js.map", ".png", ".git/config", ".hg/x", "d.js")
    expected = {
        "a.png": SkipReason.BINARY,
        "b.min.js": SkipReason.MINIFIED,
        "c.js.map": SkipReason.GENERATED,
        ".git": SkipReason.IGNORED,
        ".hg": SkipReason.IGNORED,
    }
    assert reasons(tmp_path) == expected
    assert found(tmp_path) == [".png", "d.js"]


def test_unreadable_folders_are_named() -> None:
    with unprivileged_folder() as root:
        plant(root, "closed/a.py", "open.py")
        (root / "closed").chmod(0)
        assert reasons(root) == {"closed": SkipReason.UNREADABLE}
        assert found(root) == ["open.py"]
        root.chmod(0)
        with pytest.raises(NoPermission, match="grant read"):
            walk(root)
        root.chmod(0o700)
