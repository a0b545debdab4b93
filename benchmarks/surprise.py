"""Surprise: whether injected bugs rank above untouched lines, and who fills in hidden names.

Bugs are put into held-out Python files of a code base, one kind a copy: a variable swapped with
another of the file, an operator exchanged, a check (``if`` and its ``raise`` or ``return``) taken
out, where the line that came after it is the one to find. Each bug's line is ranked among the
untouched lines of its copy; the AUC is the share of pairs of bug and untouched line, over all
copies, in which the bug has the higher score. Beside the T5: the number of words of a line, and
how rare its rarest word is in the training code.
"""

from __future__ import annotations

import argparse
import ast
import math
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

from apps.singularity.training.engine.corpus import CorpusText, texts_read
from apps.singularity.training.engine.spec import Spec
from apps.singularity.training.engine.t5.asked import Loaded, model_asked
from apps.singularity.training.engine.t5.bugs import auc
from apps.singularity.training.engine.t5.infill import accuracy
from apps.singularity.training.engine.t5.surprise import lines_nats, usual_measure
from apps.singularity.training.engine.t5.usual import LineNats
from benchmarks.learning.process import trained
from benchmarks.report import show
from benchmarks.training import data_make

OPERATORS = {
    "==": "!=", "!=": "==", "<=": "<", ">=": ">", "<": "<=", ">": ">=",
    " and ": " or ", " or ": " and ", " + ": " - ", " - ": " + ", " not in ": " in ",
}  # fmt: skip
_OPERATOR = re.compile("|".join(re.escape(one) for one in sorted(OPERATORS, key=len)[::-1]))
_WORDS = re.compile(r"\w+|[^\w\s]+")
_LONGEST_CHECK = 3
Bug = tuple[str, int]
"""A text with one bug, and the line to find, from 1."""
Scores = dict[int, float]
"""By line."""


def swapped(text: str, tree: ast.Module, random: Random) -> Bug | None:
    """A variable that is read, replaced by another of its function."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    random.shuffle(functions)
    for function in functions:
        read = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
        names = sorted({n.id for n in read if isinstance(n.ctx, ast.Store)} | _parameters(function))
        uses = [n for n in read if isinstance(n.ctx, ast.Load) and n.id in names]
        if len(names) > 1 and uses:
            use = random.choice(uses)
            other = random.choice([name for name in names if name != use.id])
            return _put(text, use.lineno, use.col_offset, use.id, other)
    return None


def _parameters(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in function.args.args}


def wrong_operator(text: str, tree: ast.Module, random: Random) -> Bug | None:
    """One operator of a comparison, sum or condition exchanged."""
    kinds = (ast.Compare, ast.BoolOp, ast.BinOp)
    lines = sorted({n.lineno for n in ast.walk(tree) if isinstance(n, kinds)})
    random.shuffle(lines)
    for line in lines:
        said = text.split("\n")[line - 1]
        if found := _OPERATOR.search(said):
            return _put(
                text, line, len(said[: found.start()].encode()), found[0], OPERATORS[found[0]]
            )
    return None


def dropped_check(text: str, tree: ast.Module, random: Random) -> Bug | None:
    """A short ``if`` that only raises or returns, taken out."""
    lines = text.split("\n")
    checks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.If)
        and not node.orelse
        and len(node.body) == 1
        and isinstance(node.body[0], ast.Raise | ast.Return)
        and (node.end_lineno or 0) - node.lineno < _LONGEST_CHECK
        and lines[node.lineno - 1].lstrip().startswith("if ")
    ]
    random.shuffle(checks)
    for check in checks:
        rest = lines[check.end_lineno :]
        after = next((n for n, line in enumerate(rest) if line.strip()), None)
        if after is not None and rest[after].startswith(" " * check.col_offset):
            return "\n".join([*lines[: check.lineno - 1], *rest]), check.lineno + after
    return None


BUGS: dict[str, Callable[[str, ast.Module, Random], Bug | None]] = {
    "swapped variable": swapped,
    "wrong operator": wrong_operator,
    "dropped check": dropped_check,
}


def _put(text: str, line: int, offset: int, old: str, new: str) -> Bug | None:
    """``offset`` in bytes of the line, as Python's syntax trees have it."""
    lines = text.split("\n")
    said = lines[line - 1].encode()
    lines[line - 1] = (said[:offset] + new.encode() + said[offset + len(old.encode()) :]).decode()
    return "\n".join(lines), line


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores of bugs and of untouched lines, of one kind of bug and one way of scoring."""

    bugs: list[float]
    untouched: list[float]

    @property
    def auc(self) -> float:
        """Chance that a bug has the higher score."""
        return auc(self.bugs, self.untouched)

    @property
    def error(self) -> float:
        """Standard error of the AUC, by the number of bugs alone, of which there are fewer."""
        return math.sqrt(self.auc * (1 - self.auc) / len(self.bugs))


def scorers(t5: Loaded, corpus: Path) -> dict[str, Callable[[str], Scores]]:
    """Each way of scoring a text's lines."""
    usual, _ = usual_measure(t5, texts_read(corpus, "held_out"))
    counts = Counter(
        word for text in texts_read(corpus, "train") for word in _WORDS.findall(text.text)
    )

    @lru_cache(maxsize=1)
    def by_t5(text: str) -> list[LineNats]:
        return lines_nats(t5, "python", text)

    def words(text: str) -> Iterator[tuple[int, list[str]]]:
        for number, line in enumerate(text.split("\n"), 1):
            if found := _WORDS.findall(line):
                yield number, found

    return {
        "T5, for its length": lambda text: {n.line: usual.score(n) for n in by_t5(text)},
        "T5, mean of words": lambda text: {n.line: n.mean for n in by_t5(text)},
        "T5, worst word": lambda text: {n.line: max(n.nats) for n in by_t5(text)},
        "words of the line": lambda text: {n: float(len(found)) for n, found in words(text)},
        "rarest word": lambda text: {
            n: -math.log(1 + min(counts[word] for word in found)) for n, found in words(text)
        },
    }


def rankings(
    texts: Sequence[CorpusText], ways: dict[str, Callable[[str], Scores]], seed: int
) -> dict[str, dict[str, Ranking]]:
    """Of each way and each kind of bug."""
    random = Random(seed)
    found = {way: {kind: Ranking([], []) for kind in BUGS} for way in ways}
    for text in texts:
        try:
            tree = ast.parse(text.text)
        except (SyntaxError, ValueError):
            continue
        for kind, inject in BUGS.items():
            bug = inject(text.text, tree, random)
            if bug is None:
                continue
            for way, score in ways.items():
                scores = score(bug[0])
                if bug[1] in scores:
                    found[way][kind].bugs.append(scores.pop(bug[1]))
                    found[way][kind].untouched.extend(scores.values())
    return found


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Train, put bugs in, rank."""
    made = data_make(folder, options.package, options.files, options.vocabulary)
    spec = replace(
        made, size=options.size, steps=options.steps, threads=options.threads, device="cpu"
    )
    t5 = model_asked(replace(spec, models={"it": str(trained(spec))}))
    held_out = sorted(texts_read(spec.corpus, "held_out"), key=lambda one: one.digest)
    texts = [text for text in held_out if len(text.text) <= options.characters]
    found = rankings(texts[: options.held_out], scorers(t5, spec.corpus), options.seed)
    rows: dict[str, Any] = {"package": options.package, "steps": options.steps}
    some = next(iter(found.values()))
    rows |= {f"{kind}: bugs": len(one.bugs) for kind, one in some.items()}
    for way, kinds in found.items():
        for kind, one in kinds.items():
            if one.bugs:
                rows[f"{kind}: AUC, {way}"] = one.auc
                rows[f"{kind}: standard error, {way}"] = one.error
    return rows | _infill(t5, spec)


def _infill(t5: Loaded, spec: Spec) -> dict[str, Any]:
    metrics, examples = accuracy(t5, texts_read(spec.corpus, "held_out"))
    return {
        "hidden names": examples,
        "filled in exactly by the T5": metrics["infill_exact"],
        "by the copy baseline": metrics["infill_copy_exact"],
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--package", default="django")
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--vocabulary", type=int, default=8192)
    parser.add_argument("--held-out", type=int, default=40, help="files that get bugs")
    parser.add_argument("--characters", type=int, default=12_000, help="of such a file at most")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    with tempfile.TemporaryDirectory() as folder:
        show("surprise", measure(Path(folder), parser.parse_args()))


if __name__ == "__main__":
    main()
