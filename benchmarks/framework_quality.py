"""Precision and recall of framework detection on the labelled trees of framework_labels.yaml.

Run `python -m benchmarks.framework_quality [--misses]`. Archives are fetched by the user's own pip
and npm once; a tree that cannot be fetched is named and left out.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of, language_of
from apps.singularity.ingestion.engine.manifests import parse_manifest
from apps.singularity.ingestion.engine.source import Source, read_source
from apps.singularity.ingestion.engine.walk import Found, Limits, walk
from apps.singularity.patterns.engine.frameworks import (
    DeclaredFact,
    FileImports,
    Role,
    RuleBook,
    detect_frameworks,
    load_rules,
)
from apps.singularity.patterns.engine.names import read_names
from benchmarks.packages import NotFetched, package
from benchmarks.report import show

LABELS = Path(__file__).parent / "framework_labels.yaml"
GOAL = 0.95


@dataclass(slots=True)
class Score:
    """Counts over (tree, framework); ``misses`` say what was wrong."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of what was reported that is true."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of what is true that was reported."""
        return self.right / max(1, self.right + self.missed)

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)


def detected(root: Path, rules: RuleBook) -> dict[str, Role]:
    """The frameworks of a tree, read as ingestion reads it."""
    declared: list[DeclaredFact] = []
    imports: list[FileImports] = []
    texts: dict[str, str] = {}
    for source in _sources(root):
        texts[source.path] = source.text
        for one in parse_manifest(source.path, source.text).dependencies:
            fact = (one.purl, one.requirement, one.scope, one.locked, source.path, one.line)
            declared.append(DeclaredFact(*fact))
        language = language_of(source.path, source.text[:2000])
        grammar = grammar_of(language) if language in LANGUAGES else None
        code = source.text.encode()
        tree = grammar.parse(code) if grammar else None
        if tree is not None:
            names = read_names(tree.root_node, code, language=language, path=source.path)
            imports.append(FileImports(source.path, language, names.imports))
    found = detect_frameworks(
        rules=rules, declared=declared, imports=imports, paths=list(texts), text_of=texts.get
    )
    return {one.key: one.role for one in found}


def _sources(root: Path) -> Iterator[Source]:
    for found in walk(root):
        source = read_source(found, Limits()) if isinstance(found, Found) else None
        if isinstance(source, Source):
            yield source


def judge(tree: dict[str, Any], found: dict[str, Role], rules: RuleBook, score: Score) -> None:
    """Count what was found of one tree against its labels."""
    wanted = dict.fromkeys(_keys(tree.get("uses")), Role.USES)
    wanted |= dict.fromkeys(tree.get("own", ()), Role.SELF)
    either = set(_keys(tree.get("either"))) | (_implied(wanted, rules) - wanted.keys())
    for key in sorted((wanted.keys() | found.keys()) - either):
        if wanted.get(key) == found.get(key):
            score.right += 1
            continue
        score.wrong += key in found
        score.missed += key in wanted
        score.misses.append(
            f"{tree['name']}: {key}: {_difference(wanted.get(key), found.get(key))}"
        )


def _difference(wanted: Role | None, found: Role | None) -> str:
    if wanted and found:
        return f"is {wanted}, reported as {found}"
    return "missed" if wanted else "reported, not there"


def _keys(groups: dict[str, list[str]] | None) -> list[str]:
    return [key for keys in (groups or {}).values() for key in keys]


def _implied(keys: dict[str, Role], rules: RuleBook) -> set[str]:
    pending, seen = list(keys), set(keys)
    while pending:
        for key in rules.by_key[pending.pop()].implies:
            if key not in seen:
                seen.add(key)
                pending.append(key)
    return seen


def place(tree: dict[str, Any], scratch: Path) -> Path | None:
    """The folder with the tree's files, None if it cannot be fetched."""
    if "files" in tree:
        for path, text in tree["files"].items():
            file = scratch / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return scratch
    kind = "pypi" if "pypi" in tree else "npm"
    try:
        return package(kind, tree["name"], tree[kind])
    except NotFetched:
        return None


def main() -> int:
    """Print the scores of both halves; 1 if one misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="name what was wrong")
    arguments = parser.parse_args()
    rules = load_rules()
    trees = yaml.load(LABELS.read_text(), Loader=yaml.CSafeLoader)["trees"]
    scores = {False: Score(), True: Score()}
    absent: list[str] = []
    for tree in trees:
        with tempfile.TemporaryDirectory() as scratch:
            root = place(tree, Path(scratch))
            if root is None:
                absent.append(tree["name"])
                continue
            held_out = bool(tree.get("held_out"))
            judge(tree, detected(root, rules), rules, scores[held_out])
    for held_out, score in scores.items():
        if arguments.misses:
            print(*score.misses, sep="\n")
        rows = {
            "rules": len(rules),
            "trees": sum(bool(tree.get("held_out")) == held_out for tree in trees),
            "labels": score.right + score.missed,
            "precision": score.precision,
            "recall": score.recall,
            "f1": score.f1,
            "goal": GOAL,
            "not fetched": ", ".join(absent) or "none",
        }
        show(f"framework_quality, {'held out' if held_out else 'development'}", rows)
    return int(any(score.f1 < GOAL for score in scores.values()))


if __name__ == "__main__":
    sys.exit(main())
