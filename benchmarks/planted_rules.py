"""Recall of planted rule breaks, and what else is found in the same code.

    python -m benchmarks.planted_rules [FOLDER ...] [--trials 10]

Into files of a real code base (without a folder: Django and the standard library) functions are
planted that keep a rule, and one to three that break it; every break has to be found, at its
function. Rules are planted whose calls the code base does not make by itself, and with as many
keepers as a strong rule asks for: 9 for each break where a call owes another on its result, 19
where two calls belong together or in one order.
"""

from __future__ import annotations

import argparse
import re
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from apps.singularity.patterns.engine.extract import SourceText, file_facts
from apps.singularity.patterns.engine.facts import Call, FileFacts
from apps.singularity.patterns.engine.mined import Finding
from apps.singularity.patterns.engine.names.libraries import libraries_of
from apps.singularity.patterns.engine.usage import UsageMiner
from benchmarks.mining import sources
from benchmarks.packages import package
from benchmarks.report import show

MOST_KEEPERS = 60
LEAST_KEEPERS = 20


@dataclass(frozen=True, slots=True)
class Planted:
    """A rule to plant: the statements of a keeper and of a breaker, and what it needs."""

    name: str
    needs: str
    keeper: tuple[str, ...]
    breaker: tuple[str, ...]
    keepers_for_each: int


def owed(needs: str, opened: str, used: str, closed: str) -> Planted:
    """A call on what another returned: ``closed`` must follow ``opened``."""
    made = f"V = {opened}"
    return Planted(closed, needs, (made, used, closed), (made, used), 9)


def paired(needs: str, first: tuple[str, ...], last: str) -> Planted:
    """Two calls that belong together: ``last`` must follow."""
    return Planted(last, needs, (*first, "work(P)", last), (*first, "work(P)"), 19)


def ordered(needs: str, made: str, first: str, second: str) -> Planted:
    """Two calls on one value that come in one order."""
    return Planted(f"{first}, {second}", needs, (made, first, second), (made, second, first), 19)


RULES = (
    owed("import sqlite3", "sqlite3.connect(P)", "V.execute(Q)", "V.close()"),
    owed("import shelve", "shelve.open(P)", "V[Q] = 1", "V.close()"),
    owed("from ftplib import FTP", "FTP(P)", "V.cwd(Q)", "V.quit()"),
    owed("import smtplib as mail", "mail.SMTP(P)", "V.sendmail(P, P, Q)", "V.quit()"),
    owed("from multiprocessing.pool import ThreadPool", "ThreadPool(4)", "V.map(work, P)",
         "V.terminate()"),
    owed("import nntplib", "nntplib.NNTP(P)", "V.group(Q)", "V.quit()"),
    owed("import wave", "wave.open(P)", "V.readframes(9)", "V.close()"),
    owed("import dbm.dumb", "dbm.dumb.open(P)", "V[Q] = P", "V.close()"),
    paired("import tracemalloc", ("tracemalloc.start()",), "tracemalloc.stop()"),
    paired("import faulthandler", ("faulthandler.enable()",), "faulthandler.disable()"),
    paired("import curses", ("V = curses.initscr()",), "curses.endwin()"),
    paired("import threading", ("V = threading.BoundedSemaphore(2)", "V.acquire()"), "V.release()"),
    paired("import cProfile", ("V = cProfile.Profile()", "V.enable()"), "V.disable()"),
    ordered("import smtplib", "V = smtplib.SMTP_SSL(P)", "V.login(P, Q)", "V.send_message(Q)"),
    ordered("import imaplib", "V = imaplib.IMAP4(P)", "V.login(P, Q)", "V.select(Q)"),
    ordered("import sched", "V = sched.scheduler()", "V.enter(1, 1, work)", "V.run()"),
)  # fmt: skip

TESTS = re.compile(r"(^|/)(tests?|idle_test)/|(^|/)test_")
NOISE = ("count = len(P)", "print(Q)", "if not P:\n    raise ValueError(Q)", "rows = []")
NAMES = {
    "V": ("it", "handle", "conn", "c", "session_"),
    "P": ("path", "target"),
    "Q": ("what", "text"),
}


@dataclass(frozen=True, slots=True)
class Host:
    """A code base to plant into, its Python files read once."""

    name: str
    files: Mapping[str, SourceText]
    facts: Mapping[str, FileFacts]

    @property
    def functions(self) -> int:
        """Number of its functions."""
        return sum(len(facts.functions) for facts in self.facts.values())


@dataclass(frozen=True, slots=True)
class Trial:
    """What one planting brought: breaks planted and found, and findings of other places."""

    planted: int
    found: int
    others: int


def host_of(name: str, folder: Path) -> Host:
    """Read a folder's Python files, tests left out: they try every call of a library."""
    files = {
        one.path: one
        for one in sources(folder)
        if one.language == "python" and not TESTS.search(one.path)
    }
    return Host(name, files, {path: file_facts(one) for path, one in files.items()})


def findings(host: Host, changed: Mapping[str, FileFacts]) -> Sequence[Finding]:
    """The findings of the host with some files replaced."""
    miner = UsageMiner(libraries_of(declared=(), paths=host.files))
    for path in sorted(host.facts):
        miner.add(path, changed.get(path, host.facts[path]))
    return miner.mine().findings


def plant(host: Host, rule: Planted, random: Random) -> Trial:
    """Plant a rule with its breaks, mine, and compare."""
    breaks = random.randint(1, 3)
    least = max(LEAST_KEEPERS, rule.keepers_for_each * breaks)
    keepers = random.randint(least, max(least, MOST_KEEPERS))
    texts: dict[str, str] = {}
    for number in range(keepers + breaks):
        path = random.choice(sorted(host.files))
        name = f"{'breaks' if number < breaks else 'keeps'}_planted_{number}"
        written = _function(name, rule, breaks=number < breaks, random=random)
        texts[path] = texts.get(path, host.files[path].text.rstrip() + "\n") + written
    changed = {
        path: file_facts(replace(host.files[path], text=text)) for path, text in texts.items()
    }
    found = findings(host, changed)
    hits = {one.symbol for one in found if "breaks_planted" in one.symbol}
    others = [one for one in found if "breaks_planted" not in one.symbol]
    return Trial(breaks, len(hits), len(others))


def _function(name: str, rule: Planted, *, breaks: bool, random: Random) -> str:
    """A function that keeps or breaks the rule amid other statements, with its import."""
    lines = list(rule.breaker if breaks else rule.keeper)
    for _ in range(random.randint(0, 3)):
        lines.insert(random.randint(0, len(lines)), random.choice(NOISE))
    if random.random() < 0.3:
        lines = ["if P:", *(f"    {part}" for line in lines for part in line.splitlines())]
    body = "\n".join(f"    {part}" for line in lines for part in line.splitlines())
    text = f"\n\n{rule.needs}\n\n\ndef {name}(P, Q):\n{body}\n"
    for letter, words in NAMES.items():
        text = re.sub(rf"\b{letter}\b", random.choice(words), text)
    return text


def absent(host: Host) -> list[Planted]:
    """The rules whose calls the host does not make by itself."""
    made = {call.name for facts in host.facts.values() for call in _calls(facts)}
    return [rule for rule in RULES if made.isdisjoint(_library_calls(rule))]


def _library_calls(rule: Planted) -> set[str]:
    text = _function("f", rule, breaks=False, random=Random(0))
    facts = file_facts(SourceText("planted.py", "python", text))
    return {call.name for call in _calls(facts) if "." in call.name.lstrip(".")}


def _calls(facts: FileFacts) -> Iterator[Call]:
    return (call for function in facts.functions for call in function.calls)


def run(hosts: Sequence[Host], trials: int) -> dict[str, Any]:
    """Recall over all trials, by host, and findings of other places for 1,000 functions."""
    figures: dict[str, Any] = {}
    for host in hosts:
        random = Random(20)
        chosen = absent(host)
        done = [plant(host, random.choice(chosen), random) for _ in range(trials)]
        planted, found = (sum(getattr(t, key) for t in done) for key in ("planted", "found"))
        others = len(findings(host, {}))
        figures |= {
            f"{host.name}: rules": len(chosen),
            f"{host.name}: breaks planted": planted,
            f"{host.name}: recall (goal .98)": found / planted,
            f"{host.name}: other findings a 1,000 functions": 1000 * others / host.functions,
        }
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--trials", type=int, default=25)
    options = parser.parse_args()
    folders = options.folders or [
        package("pypi", "django", "5.2.9"),
        Path(sysconfig.get_path("stdlib")),
    ]
    hosts = [host_of(folder.name, folder) for folder in folders]
    show("planted rule breaks", run(hosts, options.trials))


if __name__ == "__main__":
    main()
