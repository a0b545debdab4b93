"""What git knows about a folder: the rules that reach it from above, and what is tracked."""

import os
import subprocess
from pathlib import Path

from apps.singularity.ingestion.engine.ignore import (
    GIT_IGNORE,
    OWN_IGNORE,
    RuleFile,
    RuleStack,
    read_rules,
)

_SECONDS = 60
# A repository's own configuration may name programs; reading a code base must not run them.
_HARMLESS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")


def work_tree_of(root: Path) -> Path | None:
    """The closest folder at or above `root` that has a `.git`, or None."""
    return next((folder for folder in (root, *root.parents) if _has_repository(folder)), None)


def _has_repository(folder: Path) -> bool:
    # Unlike Path.exists, this takes a folder that may not be entered for one without.
    return os.path.lexists(folder / ".git")


def rules_from_above(root: Path) -> tuple[RuleStack, bytes]:
    """Rules that reach into `root`, and the way to it from their top, ending in a slash.

    They are those of `info/exclude` and of the folders above `root` in its work tree. When
    one of them leaves out `root` itself, none counts: who names an ignored folder wants it.
    """
    top = work_tree_of(root)
    if top is None:
        return RuleStack(), b""
    exclude = read_rules(os.fsencode(_exclude_file(top)), ".git/info/exclude")
    stack, path, folder = RuleStack(git=(RuleFile(exclude),)), b"", top
    for part in root.relative_to(top).parts:
        stack = stack.below(path, (GIT_IGNORE, OWN_IGNORE), os.fsencode(folder), f"{folder}/")
        folder, name = folder / part, os.fsencode(part)
        path = path + b"/" + name if path else name
        rule = stack.decide(path, name, is_directory=True)
        if rule is not None and not rule.negated:
            return RuleStack(), b""
    return stack, path + b"/" if path else b""


def _exclude_file(top: Path) -> Path:
    """`info/exclude` of the repository, also from a linked work tree or a submodule."""
    git = top / ".git"
    if git.is_file():
        git = top / _first_line(git).removeprefix("gitdir: ")
    common = git / "commondir"
    if common.is_file():
        git = git / _first_line(common)
    return git / "info" / "exclude"


def _first_line(file: Path) -> str:
    return os.fsdecode(file.read_bytes()[:4096].partition(b"\n")[0])


def tracked_though_ignored(root: Path) -> frozenset[bytes]:
    """Paths below `root` that match an ignore rule but are in git's index.

    Empty where there is no repository, or where git is missing or refuses it (an owner it
    does not trust): then the rules alone decide.
    """
    if work_tree_of(root) is None:
        return frozenset()
    command = ["git", *_HARMLESS, "ls-files", "-z", "-i", "-c", "--exclude-standard"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    try:
        answer = subprocess.run(
            command,
            cwd=root,
            env=environment | {"GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
    except (FileNotFoundError, PermissionError, subprocess.TimeoutExpired):
        return frozenset()
    return (
        frozenset(filter(None, answer.stdout.split(b"\0")))
        if not answer.returncode
        else frozenset()
    )
