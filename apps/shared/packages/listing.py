"""Packages on a terminal: one rendering for both sites, of the answer that every door gives.

``Answer`` is a ``PackagesAnswer`` as JSON; what ``--json`` prints is what is shown here.
"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

Answer = Mapping[str, Any]
LIMIT = 200
VERSIONS_SHOWN = 3
NAME_WIDTH = 24
"""Columns of a purl: it is what the next question names, so the others fold first."""
DETAIL_SHOWN = 15
DEPENDENTS_COUNTED = 500
"""A total that is larger stands for any that is."""
NOTHING = "No package is like that."
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), "�")


def arguments_add(parser: ArgumentParser) -> None:
    """The filters that both sites' command ``packages`` has."""
    parser.add_argument(
        "words", nargs="*", help="beginnings of words of a name, keyword or summary; or one purl"
    )
    parser.add_argument("--ecosystem", default="", help="type of the purl: npm, pypi, cargo, hex")
    parser.add_argument(
        "--implemented-in", metavar="LANGUAGE", default="", help="a language, such as rust or C++"
    )
    parser.add_argument("--used-by", metavar="INSTANCE", default="", help="what it declares")
    parser.add_argument("--licence", default="", help="an SPDX identifier, such as MIT")
    parser.add_argument("--vulnerable", action="store_true", help="a version in use is")
    parser.add_argument("--deprecated", action="store_true", help="it or a version in use is")
    parser.add_argument("--outdated", action="store_true", help="newer releases are there")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--limit", type=int, default=20, help=f"at most {LIMIT}")


def purl_asked(words: Sequence[str]) -> str:
    """The purl, where the words are one and nothing else."""
    return words[0] if len(words) == 1 and words[0].startswith("pkg:") else ""


def rendered(answer: Answer) -> Iterator[RenderableType]:
    """An answer for people: one package in detail, or a table of several."""
    packages = answer["packages"]
    if not packages:
        yield Text(NOTHING)
    elif answer["detail"]:
        yield from _detail(packages[0], answer["detail"])
    else:
        yield _table(packages)
        left = answer["total"] - len(packages)
        if left > 0:
            yield Text(f"{left:,} more; --limit shows up to {LIMIT}.", style="dim")


def _table(packages: Sequence[Answer]) -> Table:
    own = any(row["mine"] for row in packages)
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("Package", overflow="fold", min_width=NAME_WIDTH)
    table.add_column("Instances", justify="right", no_wrap=True)
    for name in ("Here" if own else "In use", "Latest", "Licence", "Implemented in", "Notes"):
        table.add_column(name, overflow="fold")
    for row in packages:
        table.add_row(
            _plain(row["purl"]),
            f"{row['instances']:,}",
            _plain(_own(row) if own else _spread(row["versions"])),
            _plain(row["latest"]),
            _plain(row["licence"]),
            _plain(", ".join(dict.fromkeys(one["language"] for one in row["implemented_in"]))),
            _notes(row),
        )
    return table


def _detail(row: Answer, detail: Answer) -> Iterator[RenderableType]:
    yield Text(_shown(row["purl"]), style="bold")
    yield from map(_plain, filter(None, (row["summary"], _use(row), _notes(row).plain)))
    for one in row["implemented_in"]:
        yield _plain(f"Implemented in {one['language']}: {one['detail']} ({one['evidence']})")
    for fact in detail["health"]:
        yield _plain(fact["evidence"])
    for mark in row["advisories"]:
        yield Text(_shown(_advisory(mark)), style="red")
    yield _versions(detail)
    shown = detail["dependents"][:DETAIL_SHOWN]
    if shown:
        total = detail["dependents_total"]
        more = total - len(shown)
        count = f"{more:,}" if total <= DEPENDENTS_COUNTED else f"more than {more - 1:,}"
        names = ", ".join(shown) + (f" and {count} more" if more > 0 else "")
        yield _plain(f"Needed by {names}")
    for other in detail["alternatives"]:
        yield _plain(f"Instead: {other['purl']} ({other['reason']})")


def _versions(detail: Answer) -> Table:
    total = detail["versions_total"]
    shown = detail["versions"][:DETAIL_SHOWN]
    table = Table(title=f"{len(shown):,} of {total:,} versions" if total > len(shown) else None)
    for name in ("Version", "Released", "Instances", "Advisories", "Notes"):
        table.add_column(name)
    for one in shown:
        marks = [name for name in ("yanked", "withdrawn") if one[name]]
        marks += [f"deprecated: {one['deprecated']}"] if one["deprecated"] else []
        table.add_row(
            _plain(one["version"]),
            (one["released_at"] or "")[:10],
            f"{one['instances']:,}",
            f"{one['advisories']:,}" if one["advisories"] else "",
            _plain("; ".join(marks)),
        )
    return table


def _use(row: Answer) -> str:
    used = f"Used by {row['instances']:,} instances, {row['codebases']:,} code bases"
    spread = _spread(row["versions"])
    own = f"; here {_own(row)}" if row["mine"] else ""
    licence = f". Licence: {row['licence']}" if row["licence"] else ""
    return used + (f": {spread}" if spread else "") + own + licence


def _spread(versions: Mapping[str, int]) -> str:
    """``5.2 at 4, 4.2 at 1``."""
    ordered = sorted(versions.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{version} at {count:,}" for version, count in ordered[:VERSIONS_SHOWN])
    more = len(ordered) - VERSIONS_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown


def _own(row: Answer) -> str:
    """``4.2.1 (3 behind), about 5.0``: about stands for what no lock file pins."""
    told = []
    for one in row["mine"]:
        behind = f" ({one['behind']:,} behind)" if one["behind"] else ""
        told.append(f"{'' if one['pinned'] else 'about '}{one['version']}{behind}")
    return ", ".join(told)


def _notes(row: Answer) -> Text:
    said = []
    if row["advisories"]:
        fixed = dict.fromkeys(version for mark in row["advisories"] for version in mark["fixed"])
        vulnerable = f"{row['advisories'][0]['severity'] or 'of unknown severity'}"
        count = len(row["advisories"])
        said.append(f"{count} advisor{'y' if count == 1 else 'ies'}, {vulnerable}")
        said += [f"fixed in {', '.join(list(fixed)[:VERSIONS_SHOWN])}"] if fixed else []
    marks = ("deprecated", "yanked", "withdrawn")
    said += [f"a version here is {mark}" for mark in marks if any(o[mark] for o in row["mine"])]
    if row["deprecated"]:
        said.append(f"deprecated: {row['deprecated']}")
    if not row["known"]:
        said.append("not read from its registry")
    return _plain("; ".join(said))


def _advisory(mark: Answer) -> str:
    fixed = f"; fixed in {', '.join(mark['fixed'])}" if mark["fixed"] else "; no fixed version"
    severity = f" ({mark['severity']})" if mark["severity"] else ""
    return f"{mark['id']}{severity} affects {', '.join(mark['affected'])}{fixed}: {mark['summary']}"


def _plain(text: str) -> Text:
    return Text(_shown(text))


def _shown(text: str) -> str:
    """Text from elsewhere without what a terminal would take for commands."""
    return text.translate(_CONTROLS)
