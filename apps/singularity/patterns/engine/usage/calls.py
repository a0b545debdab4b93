"""The known library calls of all functions of one language, as numbered items."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from apps.singularity.patterns.engine.facts import Call, Function
from apps.singularity.patterns.engine.mined import Place
from apps.singularity.patterns.engine.usage.related import is_imported

LONGEST = 100
"""Different calls of one function; one with more is a list of calls rather than a use of them."""


@dataclass(frozen=True, slots=True)
class User:
    """A function and its known calls in order."""

    path: str
    symbol: str
    start_line: int
    end_line: int
    is_test: bool
    calls: tuple[Call, ...]

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.path, self.start_line, self.end_line)


@dataclass(frozen=True, slots=True)
class Usage:
    """Which function calls what. Items are numbers, the most frequent first.

    ``number`` gives a name's item. ``sets[f]`` are the items of function ``f``, ``orders[f]`` its
    calls in order. ``callers[i]`` are the functions that call item ``i``, ``responsible[i]`` those
    of them that have to look after what it returns by themselves. ``functions`` counts all
    functions, those without a known call included; ``least_files`` is how many files a habit
    needs.
    """

    users: Sequence[User]
    names: Sequence[str]
    number: Mapping[str, int]
    sets: Sequence[frozenset[int]]
    orders: Sequence[tuple[int, ...]]
    callers: Sequence[frozenset[int]]
    responsible: Sequence[frozenset[int]]
    functions: int
    least_files: int

    def with_all(self, items: Sequence[int]) -> frozenset[int]:
        """Functions that call all of these."""
        first, *others = sorted((self.callers[item] for item in items), key=len)
        return first.intersection(*others)

    def files(self, functions: Iterable[int]) -> int:
        """Number of files that these functions stand in."""
        return len({self.users[function].path for function in functions})

    def is_habit(self, functions: Iterable[int]) -> bool:
        """Whether they stand in two files or more, where there are so many.

        What a single file repeats is its own matter: copies, most of the time.
        """
        return self.files(functions) >= self.least_files

    def tests(self, functions: Iterable[int]) -> int:
        """How many of these functions are tests."""
        return sum(self.users[function].is_test for function in functions)

    def share(self, item: int) -> float:
        """Share of functions that call it."""
        return len(self.callers[item]) / self.functions

    def show(self, items: Sequence[int]) -> list[str]:
        """Names of items."""
        return [self.names[item] for item in items]


def usage_of(users: Sequence[User], support: int, *, functions: int, files: int) -> Usage:
    """Number the calls that at least ``support`` functions make and that tell something.

    ``users`` may leave out functions without a known call; ``functions`` counts them too, and
    ``files`` all files with functions.
    """
    counts = Counter(name for user in users for name in {call.name for call in user.calls})
    informative = [
        name
        for name, count in counts.items()
        if count >= support and not is_trivial(name, count, functions)
    ]
    names = sorted(informative, key=lambda name: (-counts[name], name))
    number = {name: item for item, name in enumerate(names)}
    orders = [_order(user.calls, number) for user in users]
    sets = [frozenset(order) for order in orders]
    sets = [items if len(items) <= LONGEST else frozenset() for items in sets]
    return Usage(
        users=users,
        names=names,
        number=number,
        sets=sets,
        orders=[order if items else () for order, items in zip(orders, sets, strict=True)],
        callers=_inverted(sets, len(names)),
        responsible=_inverted(_unmanaged(users, sets, number), len(names)),
        functions=functions,
        least_files=min(2, files),
    )


def is_trivial(name: str, count: int, functions: int) -> bool:
    """Whether a call is so common that meeting it says nothing.

    Its information is ``-log2(count / functions)`` bits (Shannon 1948). What the language brings
    without an import needs 5 bits, that is to be rarer than one function in 32; what comes from a
    library needs 1, as its choice is already news. Up to eight callers are never too many.
    """
    rarest = 2 if is_imported(name) else 32
    return count > 8 and count * rarest > functions


def _order(calls: Sequence[Call], number: dict[str, int]) -> tuple[int, ...]:
    return tuple(number[call.name] for call in calls if call.name in number)


def _unmanaged(
    users: Sequence[User], sets: Sequence[frozenset[int]], number: dict[str, int]
) -> list[frozenset[int]]:
    return [
        frozenset(
            number[call.name] for call in user.calls if call.name in number and not call.managed
        )
        & items
        for user, items in zip(users, sets, strict=True)
    ]


def _inverted(sets: Sequence[frozenset[int]], items: int) -> list[frozenset[int]]:
    callers: dict[int, list[int]] = defaultdict(list)
    for function, members in enumerate(sets):
        for item in members:
            callers[item].append(function)
    return [frozenset(callers[item]) for item in range(items)]


def user_of(path: str, function: Function, calls: Iterable[Call]) -> User:
    """A function of a file with those of its calls that are known."""
    return User(
        path=path,
        symbol=function.symbol,
        start_line=function.start_line,
        end_line=function.end_line,
        is_test=function.is_test,
        calls=tuple(calls),
    )
