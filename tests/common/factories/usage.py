"""Files that call libraries, for the miners of usage."""

from collections.abc import Iterable

from apps.singularity.patterns.engine.facts import Call, FileFacts, Function
from apps.singularity.patterns.engine.mined import Mined
from apps.singularity.patterns.engine.usage import UsageMiner


class Everything:
    """Libraries that know every name."""

    def knows(self, qualified: str, language: str) -> bool:
        return True


def function(symbol: str, *calls: str, line: int = 1, is_test: bool = False) -> Function:
    """A function of ten lines, a call on every second; a `!` at its end makes it managed."""
    made = tuple(
        Call(name.removesuffix("!"), line + 2 * at, managed=name.endswith("!"))
        for at, name in enumerate(calls)
    )
    return Function(symbol, line, line + 9, 0, 0, 0, calls=made, is_test=is_test)


def python(*functions: Function) -> FileFacts:
    """A Python file."""
    return FileFacts("python", functions=functions)


def callers(count: int, *calls: str) -> list[FileFacts]:
    """As many files, each with one function that makes these calls."""
    return [python(function("use", *calls)) for _ in range(count)]


def mined(files: Iterable[FileFacts], *, filler: int = 60) -> Mined:
    """What is mined of these files and of as many more with nothing of interest."""
    miner = UsageMiner(Everything())
    others = [python(function("idle", f"lib{at}.run")) for at in range(filler)]
    for at, facts in enumerate([*files, *others]):
        miner.add(f"{at:03}.py", facts)
    return miner.mine()
