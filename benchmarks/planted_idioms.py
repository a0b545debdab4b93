"""Recall of idiom mining: known idioms are planted in files of a real code base, then looked for.

Each idiom is written out in ``copies`` files with other local names, other literals, other
sub-expressions in its holes and another layout. It counts as found when a pattern's template holds
the lines that the idiom should give, whatever the metavariables are called. Run
`python -m benchmarks.planted_idioms [FOLDER ...]`; without a folder, the standard library.
"""

from __future__ import annotations

import random
import re
import sys
import sysconfig
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from apps.singularity.ingestion.engine.languages import language_of
from apps.singularity.patterns.engine.extract import SourceText, file_facts
from apps.singularity.patterns.engine.idioms import IdiomMiner
from apps.singularity.patterns.engine.idioms.labels import KnownNames
from apps.singularity.patterns.engine.mined import MinedPattern
from benchmarks.report import show

COPIES = 5
MAX_BYTES = 300_000

_HOLE = re.compile(r"<(\w)(\d?)>")
_PACKAGE = re.compile(r"^package \w+$", re.MULTILINE)
_VARIABLE = re.compile(r"\$[A-Z]\d*(?!\w)")

_WORDS = [
    "alpha",
    "bravo",
    "delta",
    "echo",
    "golf",
    "hotel",
    "india",
    "kilo",
    "lima",
    "oscar",
    "papa",
    "romeo",
    "sierra",
    "tango",
]
_EXPRESSIONS = {
    "python": [
        "{n}",
        "self.{n}",
        "{n}[{d}]",
        "{n}.{m}",
        "{n}.{m}({o})",
        "{n}({m}, {o})",
        "{n} + {m}",
        "len({n})",
        "str({n})",
        "({n} or {m})",
        "{n}.{m}[{o}]",
        "{{{s}: {n}}}",
        "[{n}, {m}]",
    ],
    "javascript": [
        "{n}",
        "this.{n}",
        "{n}[{d}]",
        "{n}.{m}",
        "{n}.{m}({o})",
        "{n}({m}, {o})",
        "{n} + {m}",
        "String({n})",
        "[{n}, {m}]",
        "({n} || {m})",
    ],
    "go": [
        "{n}",
        "{n}.{m}",
        "{n}({m})",
        "{n}[{d}]",
        "{n} + {m}",
        "len({n})",
        "&{n}",
        "{n}.{m}({o})",
    ],
}


@dataclass(frozen=True)
class Planted:
    """An idiom to plant.

    In ``code``, ``<n1>`` is a local name, ``<e1>`` any expression, ``<s>`` a string and ``<d>`` a
    number; equal marks are written equally. ``template`` are the lines to be found.
    """

    name: str
    language: str
    code: str
    template: str


IDIOMS = (
    Planted(
        "json from a file",
        "python",
        "with open(<e1>, <s>) as <n1>:\n    <n2> = json.load(<n1>)",
        "with open($A, $STR) as $B:\n    $C = json.load($B)",
    ),
    Planted(
        "absent key makes a default",
        "python",
        "try:\n    <n1> = <n2>[<n3>]\nexcept KeyError:\n    <n1> = <n2>[<n3>] = <e1>",
        "try:\n    $A = $B[$C]\nexcept KeyError:\n    $A = $B[$C] = $D",
    ),
    Planted(
        "guarded return",
        "python",
        "if not isinstance(<e1>, (int, float)):\n    return NotImplemented",
        "if not isinstance($A, (int, float)):\n    return NotImplemented",
    ),
    Planted(
        "connect, execute, commit",
        "python",
        "<n1> = sqlite3.connect(<e1>)\n<n1>.execute(<s>, <e2>)\n<n1>.commit()",
        "$A = sqlite3.connect($B)\n$A.execute($STR, $C)\n$A.commit()",
    ),
    Planted(
        "nested calls",
        "python",
        "<n1> = os.path.join(os.path.dirname(os.path.abspath(<e1>)), <s>, <e2>)",
        "$A = os.path.join(os.path.dirname(os.path.abspath($B)), $STR, $C)",
    ),
    Planted(
        "timed block",
        "python",
        "<n1> = time.perf_counter()\n<n2> = <e1>\n<n3> = time.perf_counter() - <n1>",
        "$A = time.perf_counter()\n$B = $C\n$D = time.perf_counter() - $A",
    ),
    Planted(
        "temporary folder",
        "python",
        "with tempfile.TemporaryDirectory(prefix=<s>) as <n1>:\n"
        "    <n2> = pathlib.Path(<n1>) / <s>\n    <n2>.write_text(<e1>)",
        "with tempfile.TemporaryDirectory($A=$STR) as $B:\n    $C = pathlib.Path($B) / $STR",
    ),
    Planted(
        "lock around a look-up",
        "python",
        "with <n1>:\n    if <n2> in <n3>:\n        return <n3>[<n2>]\n    <n3>[<n2>] = <e1>",
        "with $A:\n    if $B in $C:\n        return $C[$B]\n    $C[$B] = $D",
    ),
    Planted(
        "grouping",
        "python",
        "<n1> = collections.defaultdict(list)\nfor <n2> in <e1>:\n    <n1>[<n2>.<n3>].append(<n2>)",
        "$A = collections.defaultdict(list)\nfor $B in $C:\n    $A[$B.$D].append($B)",
    ),
    Planted(
        "warned fallback",
        "python",
        "except_ = None\ntry:\n    <n1> = int(<e1>)\nexcept (TypeError, ValueError) as <n2>:\n"
        "    logging.warning(<s>, <n2>)\n    <n1> = <d>",
        "try:\n    $A = int($B)\nexcept (TypeError, ValueError) as $C:\n"
        "    logging.warning($STR, $C)\n    $A = $NUM",
    ),
    Planted(
        "promise chain",
        "javascript",
        "fetch(<e1>).then(<n1> => <n1>.json()).then(<n2> => { <n3>.<n4>(<n2>); })"
        ".catch(<n5> => console.error(<n5>));",
        ".catch($F => console.error($F))",
    ),
    Planted(
        "callback guard",
        "javascript",
        "if (<n1>) { return <n2>(new TypeError(<s>)); }\n<n2>(null, <e1>);",
        "  return $B(new TypeError($STR))",
    ),
    Planted(
        "entries to a map",
        "javascript",
        "const <n1> = new Map(Object.entries(<e1>).map(([<n2>, <n3>]) => [<n2>, <n3>.<n4>]));",
        "const $A = new Map(Object.entries($B).map(([$C, $D]) => [$C, $D.$E]))",
    ),
    Planted(
        "wrapped error",
        "go",
        "<n1>, err := os.Open(<e1>)\nif err != nil {\n\treturn nil, fmt.Errorf(<s>, <e2>, err)\n}\n"
        "defer <n1>.Close()",
        "$A, $B := os.Open($C)\nif $B != nil {\n    return nil, fmt.Errorf($STR, $D, $B)\n}\n"
        "defer $A.Close()",
    ),
)

_FRAMES = {
    "python": ("def {name}(self, {args}):\n", "    ", "", "import {libs}\n"),
    "javascript": ("function {name}({args}) {{\n", "  ", "}\n", ""),
    "go": ("func {name}({args} string) error {{\n", "\t", "}\n", ""),
}
_LIBRARIES = "json, os, os.path, sqlite3, time, tempfile, pathlib, collections, logging"
_SUFFIXES = {"python": ".py", "javascript": ".js", "go": ".go"}


def plant(
    files: Sequence[SourceText], idioms: Iterable[Planted], *, copies: int, seed: int = 0
) -> list[SourceText]:
    """The files, with each idiom written out at the end of so many of them.

    For a language that the files hold too few of, new ones are added.
    """
    rng = random.Random(seed)
    texts = {file.path: file for file in files}
    for idiom in idioms:
        paths = sorted(path for path, file in texts.items() if file.language == idiom.language)
        suffix = _SUFFIXES[idiom.language]
        while len(paths) < copies:
            paths.append(f"planted_{idiom.language}_{len(paths)}{suffix}")
            head = "package planted\n" if idiom.language == "go" else ""
            texts[paths[-1]] = SourceText(paths[-1], idiom.language, head)
        for path in rng.sample(paths, copies):
            file = texts[path]
            before = file.text.rstrip()
            if idiom.language == "go":
                before = _PACKAGE.sub(r'\g<0>\nimport (\n\t"fmt"\n\t"os"\n)', before, count=1)
            text = f"{before}\n\n\n{_written(idiom, rng)}"
            texts[path] = SourceText(path, file.language, text)
    return list(texts.values())


def found(patterns: Iterable[MinedPattern], idiom: Planted) -> MinedPattern | None:
    """The first pattern whose template holds the idiom's lines."""
    wanted = _renamed(idiom.template.split("\n"))
    for pattern in patterns:
        if pattern.language == idiom.language and wanted in _runs(pattern.template, len(wanted)):
            return pattern
    return None


def _runs(template: str, length: int) -> Iterator[list[str]]:
    lines = template.split("\n")
    for at in range(len(lines) - length + 1):
        run = lines[at : at + length]
        yield _renamed(run)
        if length == 1:  # a part of a line
            yield from (_renamed([run[0][cut:]]) for cut in range(1, len(run[0])))


def _renamed(lines: Sequence[str]) -> list[str]:
    """Lines without their common indentation, metavariables in the order of appearance."""
    names: dict[str, str] = {}
    text = textwrap.dedent("\n".join(lines))
    return _VARIABLE.sub(lambda match: names.setdefault(match[0], f"${len(names)}"), text).split(
        "\n"
    )


def _written(idiom: Planted, rng: random.Random) -> str:
    """A function with the idiom in it, between other statements."""
    language = idiom.language
    head, indent, tail, imports = _FRAMES[language]
    body = "\n".join(
        [_other(language, rng), _layout(_filled(idiom, rng), language, rng), _other(language, rng)]
    )
    head = head.format(name=_name(rng), args=_name(rng))
    return imports.format(libs=_LIBRARIES) + head + textwrap.indent(body, indent) + "\n" + tail


def _filled(idiom: Planted, rng: random.Random) -> str:
    chosen: dict[str, str] = {}

    def fill(match: re.Match[str]) -> str:
        kind, number = match.groups()
        if kind == "s":
            return _string(rng)
        if kind == "d":
            return str(rng.randrange(1000))
        made = _name(rng) if kind == "n" else _expression(idiom.language, rng)
        return chosen.setdefault(match[0], made) if number else made

    return _HOLE.sub(fill, idiom.code)


def _layout(code: str, language: str, rng: random.Random) -> str:
    """The same code with comments and line breaks at random."""
    mark = "#" if language == "python" else "//"
    lines = []
    for line in code.split("\n"):
        if rng.random() < 0.3 and not line.lstrip().startswith(("except", "}")):
            lines.append(line[: len(line) - len(line.lstrip())] + f"{mark} {_name(rng)}")
        if language != "go" and rng.random() < 0.4:
            lines.append(line.replace(", ", ",\n" + " " * 16))
        else:
            lines.append(line)
    return "\n".join(lines)


def _other(language: str, rng: random.Random) -> str:
    value = _expression(language, rng)
    return {
        "python": rng.choice([f"{_name(rng)} = {value}", f"{_name(rng)}({value})", "pass"]),
        "javascript": rng.choice([f"let {_name(rng)} = {value};", f"{_name(rng)}({value});"]),
        "go": rng.choice([f"{_name(rng)} := {value}", f"{_name(rng)}({value})"]),
    }[language]


def _expression(language: str, rng: random.Random) -> str:
    form = rng.choice(_EXPRESSIONS[language])
    names = {key: _name(rng) for key in "nmo"}
    return form.format(**names, d=rng.randrange(100), s=_string(rng))


def _name(rng: random.Random) -> str:
    return f"{rng.choice(_WORDS)}_{rng.randrange(10_000)}"


def _string(rng: random.Random) -> str:
    return f'"{_name(rng)} {_name(rng)}"'


def read(folder: Path) -> list[SourceText]:
    """The source files below a folder."""
    files = []
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES.values() and path.stat().st_size <= MAX_BYTES:
            text = path.read_bytes().decode(errors="replace")
            name = str(path.relative_to(folder))
            files.append(SourceText(name, language_of(name, text[:200]), text))
    return files


class AllKnown:
    """Takes every resolved name for that of a library."""

    def knows(self, qualified: str, language: str) -> bool:
        """Always."""
        return True


def mined(files: Iterable[SourceText], libraries: KnownNames) -> tuple[MinedPattern, ...]:
    """The idioms of some files."""
    miner = IdiomMiner(libraries)
    for file in sorted(files, key=lambda file: file.path):
        miner.add(file.path, file_facts(file))
    return miner.mine().patterns


def run(folder: Path, *, copies: int = COPIES, seed: int = 0) -> dict[str, bool]:
    """Whether each idiom is found again after it was planted in the files of a folder."""
    patterns = mined(plant(read(folder), IDIOMS, copies=copies, seed=seed), AllKnown())
    return {idiom.name: found(patterns, idiom) is not None for idiom in IDIOMS}


def main() -> None:
    """Plant and mine, for each folder with three seeds."""
    for folder in sys.argv[1:] or [sysconfig.get_paths()["stdlib"]]:
        results = [run(Path(folder), seed=seed) for seed in range(3)]
        rows: dict[str, object] = {
            name: sum(result[name] for result in results) / len(results) for name in results[0]
        }
        total = sum(sum(result.values()) for result in results)
        rows["recall"] = total / sum(map(len, results))
        show(f"planted idioms, {COPIES} copies, {Path(folder).name}", rows)


if __name__ == "__main__":
    main()
