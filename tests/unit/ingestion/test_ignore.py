"""Ignore rules decide as git does; git itself is the judge."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.ignore import RuleFile, RuleStack, parse_rules
from apps.singularity.ingestion.engine.skips import Skipped, SkipReason
from apps.singularity.ingestion.engine.walk import Found, walk
from apps.singularity.ingestion.engine.wildmatch import Unmatchable, translate

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

NAMES = ["a", "b", "ab", "foo", "bar.py", "x.txt", "a b", "é", "[x]", "*"]
SEGMENTS = [
    *NAMES, "*", "**", "***", "a*", "*.py", "?", "[ab]", "[!a]", "[^b]*", "f**", "**b", "*o*",
    "\\a", "\\*", "[[:alpha:]]", "a\\", "[", "[]a]", " ", "a ", "[a-c]?", "b?r.*", "[a-", "[z-a]",
]  # fmt: skip

patterns = st.builds(
    lambda lead, segments, tail: lead + "/".join(segments) + tail,
    st.sampled_from(["", "", "!", "/", "!/", "#", "\\#", "\\!"]),
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " ", "\t", "\r", "/**", "**", "\\ "]),
)
folders = st.lists(st.sampled_from(NAMES), max_size=3).map("/".join)
files = st.lists(st.tuples(folders, st.sampled_from(NAMES)), min_size=1, max_size=12)
ignores = st.dictionaries(folders, st.lists(patterns, min_size=1, max_size=4), max_size=3)


def git(root: Path, *arguments: str) -> bytes:
    command = ["git", "-c", "core.excludesFile=/dev/null", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def plant(root: Path, path: str, content: str) -> None:
    """Write a file unless something of another kind is in the way."""
    target = root / path
    if not target.exists() and not any(parent.is_file() for parent in target.parents):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


def found(root: Path) -> set[str]:
    return {result.path for result in walk(root) if isinstance(result, Found)}


@needs_git
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tree=files, rules=ignores, excluded=st.lists(patterns, max_size=2))
def test_any_tree_is_read_as_git_lists_it(
    tmp_path_factory: pytest.TempPathFactory,
    tree: list[tuple[str, str]],
    rules: dict[str, list[str]],
    excluded: list[str],
) -> None:
    root = tmp_path_factory.mktemp("tree")
    git(root, "init", "-q")
    (root / ".git/info/exclude").write_text("\n".join(excluded))
    for folder, name in tree:
        plant(root, f"{folder}/{name}".strip("/"), "x")
    for folder, lines in rules.items():
        plant(root, f"{folder}/.gitignore".strip("/"), "\n".join(lines))
    listed = git(root, "ls-files", "-z", "--others", "--exclude-standard").decode().split("\0")
    assert found(root) == set(filter(None, listed))


def test_a_plain_folder_obeys_its_ignore_files_too(tmp_path: Path) -> None:
    plant(tmp_path, ".gitignore", "*.log\n!keep.log\n/out/\n")
    for path in ("a.log", "keep.log", "out/x.py", "sub/out/y.py"):
        plant(tmp_path, path, "x")
    assert found(tmp_path) == {".gitignore", "keep.log", "sub/out/y.py"}


def test_an_excluded_folder_is_reported_once_and_stays_excluded(tmp_path: Path) -> None:
    plant(tmp_path, ".gitignore", "out/\n!out/keep.py\n")
    plant(tmp_path, "out/keep.py", "x")
    skipped = [result for result in walk(tmp_path) if isinstance(result, Skipped)]
    detail = ".gitignore:1: out/"
    assert skipped == [Skipped("out", SkipReason.IGNORED, detail, is_directory=True)]


def test_own_ignore_file_wins_over_gits_both_ways(tmp_path: Path) -> None:
    plant(tmp_path, ".gitignore", "*.log\n")
    plant(tmp_path, "deep/.gitignore", "!b.py\n")
    plant(tmp_path, ".singularityignore", "!a.log\nb.py\n!node_modules/\n")
    for path in ("a.log", "deep/b.py", "node_modules/own.js"):
        plant(tmp_path, path, "x")
    read = found(tmp_path)
    assert {"a.log", "node_modules/own.js"} <= read
    assert "deep/b.py" not in read


@needs_git
def test_a_tracked_file_is_read_although_a_rule_matches(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    plant(tmp_path, ".gitignore", "*.log\nout/\n")
    for path in ("kept.log", "lost.log", "out/kept.py", "out/lost.py"):
        plant(tmp_path, path, "x")
    git(tmp_path, "add", "-f", "kept.log", "out/kept.py")
    assert found(tmp_path) == {".gitignore", "kept.log", "out/kept.py"}


@needs_git
def test_a_linked_work_tree_obeys_the_common_exclude_file(tmp_path: Path) -> None:
    main, linked = tmp_path / "main", tmp_path / "linked"
    git(tmp_path, "init", "-q", "main")
    who = ("-c", "user.name=n", "-c", "user.email=e@e")
    git(main, *who, "commit", "-q", "--allow-empty", "-m", "first")
    git(main, "worktree", "add", "-q", str(linked))
    (main / ".git/info/exclude").write_text("secret.py\n")
    plant(linked, "secret.py", "x")
    plant(linked, "open.py", "x")
    assert found(linked) == {"open.py"}


@needs_git
def test_rules_above_the_root_count_unless_they_exclude_the_root(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    plant(tmp_path, ".gitignore", "*.log\n/env/\n/env/**\n")
    for folder in ("src", "env/lib"):
        plant(tmp_path, f"{folder}/a.py", "x")
        plant(tmp_path, f"{folder}/a.log", "x")
    assert found(tmp_path / "src") == {"a.py"}
    assert found(tmp_path / "env/lib") == {"a.py", "a.log"}


@needs_git
def test_no_program_named_by_the_repository_is_run(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    plant(tmp_path, "hook.sh", "#!/bin/sh\ntouch ran\n")
    (tmp_path / "hook.sh").chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(tmp_path / "hook.sh"))
    assert found(tmp_path) == {"hook.sh"}
    assert not (tmp_path / "ran").exists()


def test_an_ignore_file_that_is_a_link_or_a_folder_counts_as_absent(tmp_path: Path) -> None:
    plant(tmp_path, "rules", "*.py\n")
    plant(tmp_path, "a.py", "x")
    (tmp_path / ".gitignore").symlink_to("rules")
    (tmp_path / ".singularityignore").mkdir()
    assert "a.py" in found(tmp_path)


@given(content=st.binary(max_size=200), path=st.binary(min_size=1, max_size=30))
def test_arbitrary_rules_never_raise(content: bytes, path: bytes) -> None:
    stack = RuleStack(git=(RuleFile(parse_rules(content, "x")),))
    stack.decide(path, path.rpartition(b"/")[2], is_directory=False)


def test_a_hostile_pattern_costs_no_exponential_time() -> None:
    rules = RuleFile(parse_rules(b"/" + b"**/*a" * 25 + b"*b/" + b"*a" * 60 + b"b", "x"))
    path = b"/".join([b"a" * 250] * 15)
    assert rules.last_match(path, b"a" * 250, is_directory=False) is None


@pytest.mark.parametrize("pattern", [b"a\\", b"[", b"[a", b"[a-", b"[[:none:]]", b"[[:"])
def test_malformed_globs_match_nothing(pattern: bytes) -> None:
    with pytest.raises(Unmatchable):
        translate(pattern)
    assert parse_rules(pattern, "x") == []
