"""The rule of an idiom finds its occurrences, all of them and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from ast_grep_py import SgRoot

from apps.singularity.patterns.engine.extract import SourceText, file_facts
from apps.singularity.patterns.engine.idioms import IdiomMiner
from apps.singularity.patterns.engine.mined import EXAMPLES_LIMIT, MinedPattern

PYTHON = [
    f'''
def read_{n}(path, cache):
    """Read {n}."""
    if path in cache:  # known
        return cache[path]
    with open({hole}, encoding="utf-8") as stream:
        # comment
        cache[path] = stream.read()
    return cache[path]


class Thing{n}(Base):
    name = "n{n}"

    def __init__(self, a, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.a = a
        self.b = a - {n}
        self.c = a + {n}

    async def go(self):
        try:
            return await self.run({hole})
        except (KeyError, ValueError) as error:
            raise RuntimeError(f"no {{error}}") from error
'''
    for n, hole in enumerate(("path", "str(path)", "path.name", "f(path, 1)", "path[0]"))
]
JAVASCRIPT_BLOCKS = (
    """  if (!path) {
    return callback(new TypeError("no path"));
  }
""",
    """  fetch(%s)
    .then((response) => response.json())
    .then((data) => { callback(null, data.items[1]) })
    .catch((error) => { callback(error); });
""",
    """  for (const [key, value] of Object.entries(path)) {
    // comment
    this.map[key] = value ?? 1;
  }
""",
    "  while (a.b > 1) { a.next(); }\n",
    "  switch (c) { case 1: run(); break; default: stop(); }\n",
)
GO_BLOCKS = (
    """	file, err := os.Open(%s)
	if err != nil {
		return nil, fmt.Errorf("open %%s: %%w", path, err)
	}
	defer file.Close()
""",
    """	for i := 0; i < 3; i++ {
		total += i
	}
""",
    "	go func() { done <- true }()\n",
    "	var buffer bytes.Buffer\n",
    "	if x, ok := m[key]; ok {\n		return x, nil\n	}\n",
)
HOLES = ("path", "text(path)", "path.name", "f(path, 1)", "path[0]")


def turned(blocks: Sequence[str], head: str) -> list[str]:
    """One function for each hole, with the blocks in another order each time."""
    return [
        head
        + "".join(block % hole if "%" in block else block for block in (*blocks[n:], *blocks[:n]))
        + "}\n"
        for n, hole in enumerate(HOLES)
    ]


JAVASCRIPT = turned(JAVASCRIPT_BLOCKS, "function read(path, callback) {\n")
GO = turned(
    GO_BLOCKS,
    'package p\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc read(path string) ([]byte, error) {\n',
)


class Everything:
    """Takes every name that was resolved for a library's."""

    def knows(self, qualified: str, language: str) -> bool:
        return True


def mined(sources: Sequence[str], language: str) -> tuple[MinedPattern, ...]:
    miner = IdiomMiner(Everything())
    for number, text in enumerate(sources):
        miner.add(str(number), file_facts(SourceText(str(number), language, text)))
    return miner.mine().patterns


@pytest.mark.parametrize(
    ("language", "sources"), [("python", PYTHON), ("javascript", JAVASCRIPT), ("go", GO)]
)
def test_rules_find_just_the_occurrences(language: str, sources: list[str]) -> None:
    patterns = mined(sources, language)
    rules = [one for one in patterns if one.details["ast_grep"]]
    assert rules
    assert len(rules) >= 0.9 * len(patterns)
    roots = [SgRoot(text, language).root() for text in sources]
    for pattern in rules:
        found = Counter(
            (str(number), node.range().start.line + 1)
            for number, root in enumerate(roots)
            for node in root.find_all(pattern.details["ast_grep"])
        )
        examples = Counter((place.path, place.start_line) for place in pattern.examples)
        assert not examples - found, pattern.template
        if pattern.occurrences < EXAMPLES_LIMIT:
            assert not found - examples, pattern.template


def test_a_language_that_ast_grep_does_not_bring_has_no_rules() -> None:
    sources = [f"SELECT a{n}, b FROM t{n} WHERE x{n} = {n} ORDER BY a{n};" for n in range(6)]
    assert all(one.details["ast_grep"] is None for one in mined(sources, "sql"))
