"""A code base knows the branch and the commit that it was read at."""

import subprocess
from pathlib import Path

from apps.singularity.ingestion.services.codebases import git_position


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_branch_and_commit_are_told_apart(tmp_path: Path) -> None:
    git(tmp_path, "init", "-b", "feature/cart")
    git(tmp_path, "commit", "--allow-empty", "-m", "first")
    assert git_position(str(tmp_path)) == ("feature/cart", git(tmp_path, "rev-parse", "HEAD"))


def test_a_plain_folder_and_an_empty_repository_have_neither(tmp_path: Path) -> None:
    assert git_position(str(tmp_path)) == ("", "")
    git(tmp_path, "init")
    assert git_position(str(tmp_path)) == ("", "")
