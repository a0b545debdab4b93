"""Idioms are found whatever their holes hold, say nothing of a file's own, and keep their name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.facts import FileFacts
from apps.singularity.patterns.engine.idioms import IdiomMiner
from apps.singularity.patterns.engine.mined import MinedPattern
from apps.singularity.patterns.engine.tree import encode

KNOWN = {"open": "open", "json.load": "json.load", "len": "len", "KeyError": "KeyError"}
_NAME = re.compile("|".join(rf"(?<![\w.]){re.escape(name)}(?!\w)" for name in KNOWN))


class Libraries:
    """Knows the names that these tests resolve."""

    def knows(self, qualified: str, language: str) -> bool:
        return not qualified.startswith("own.")


def facts_of(source: str, language: str = "python") -> FileFacts:
    grammar = grammar_of(language)
    assert grammar is not None
    tree = grammar.parse(source.encode())
    assert tree is not None
    resolved = {match.span(): KNOWN[match[0]] for match in _NAME.finditer(source)}
    encoded = encode(tree.root_node, source.encode(), language=language, resolved=resolved)
    return FileFacts(language, tree=encoded)


def mined(sources: Sequence[str], language: str = "python") -> tuple[MinedPattern, ...]:
    miner = IdiomMiner(Libraries())
    for number, source in enumerate(sources):
        miner.add(f"file{number:03}", facts_of(source, language))
    return miner.mine().patterns


FRAMES = (
    "def reader(argument):\n{}    return other(argument)\n",
    "import x\n\nclass Reader:\n    name = 1\n\n    def read(self, a, b=2):\n{}        yield a\n",
    "if flag:\n{}    print(flag + 1)\nelse:\n    pass\n",
    "x = 1\nfor a in b[1]:\n    del a.c\n{}",
    "while not done:\n{}    break\n",
)
"""What stands around an idiom: different from file to file, so that the idiom is all they share."""


def load(number: int, *, path: str, name: str = "handle", data: str = "data") -> str:
    code = f"    with open({path}, 'r{number}') as {name}:\n        {data} = json.load({name})\n"
    frame = FRAMES[number % len(FRAMES)]
    return frame.format(
        code.replace("\n    ", "\n        ").replace("    w", "        w", 1)
        if "class" in frame
        else code
    )


PATHS = ("p", "self.p", "p / 'x'", "f(p)", "p[0]", "[p][1]", "p or q", "p.q.r")
LOADS = [load(number, path=path) for number, path in enumerate(PATHS)]
LOAD = "with open($A, $STR) as $B:\n    $C = json.load($B)"


def test_an_idiom_is_found_whatever_its_holes_hold() -> None:
    best = mined(LOADS)[0]
    assert best.template == LOAD
    assert best.occurrences == best.files == len(LOADS)


def test_places_are_lines_of_the_occurrence() -> None:
    for place in mined(LOADS)[0].examples:
        lines = LOADS[int(place.path.removeprefix("file"))].split("\n")
        assert lines[place.start_line - 1].lstrip().startswith("with open")
        assert "json.load" in lines[place.end_line - 1]


def test_what_only_occurs_within_something_larger_is_dropped() -> None:
    templates = [pattern.template for pattern in mined(LOADS)]
    assert "json.load($A)" not in templates
    assert "$A = json.load($B)" not in templates


def test_equal_code_shares_a_metavariable_and_other_code_does_not() -> None:
    equal = [f"def f{n}():\n    if not a{n}.b:\n        a{n}.b = len(c{n})\n" for n in range(6)]
    other = [f"def f{n}():\n    if not a{n}.b:\n        d{n}.e = len(c{n})\n" for n in range(6)]
    assert "    if not $B.$C:\n        $B.$C = len($D)" in mined(equal)[0].template
    assert "$B.$C = len($D)" not in mined(other)[0].template


def test_rare_code_is_no_idiom() -> None:
    assert not mined(LOADS[:2])


def test_names_of_the_code_base_are_holes() -> None:
    KNOWN["own.thing"] = "own.thing"
    sources = [f"def f{n}():\n    x{n} = len(own.thing(y{n}))\n    return x{n}\n" for n in range(6)]
    assert all("thing" not in pattern.template for pattern in mined(sources))


def test_nothing_of_a_file_gets_into_a_pattern() -> None:
    secrets = [
        f"# secret_a{n}\ndef secret_b(secret_c, *secret_d, secret_e='secret_f'):\n"
        f"    'secret_g'\n"
        f"    with open(secret_h, f'secret_i {{secret_j}}') as secret_k:\n"
        f"        self.secret_l = json.load(secret_k, secret_m=b'secret_n')\n"
        f"        secret_o: SecretP = {{'secret_q': 12345}}\n"
        for n in range(8)
    ]
    for pattern in mined(secrets):
        shown = f"{pattern.template} {pattern.details}".lower()
        assert "secret" not in shown
        assert "12345" not in shown
        assert "file0" not in shown


def test_the_order_of_files_and_a_second_run_change_nothing() -> None:
    assert mined(LOADS) == mined(LOADS)


def test_the_same_idiom_in_two_code_bases_has_one_signature() -> None:
    script = [f"import x{n}\nfor a in range({n}):\n    print(a, {n})\n" for n in range(9)]
    other = [
        frame.format(
            f"    with open(k.v{n} + q,\n                  'b'\n                  ) as stream:\n"
            "        # comment\n        result = json.load(stream)\n"
        )
        for n, frame in enumerate([*FRAMES[:1], *FRAMES[2:]] * 2)
    ]
    other[0] = other[0].replace("k.v0 + q", "self.path")
    first, second = mined(LOADS + script), mined([*other, *script[:3]])
    assert {one.signature for one in first if one.template == LOAD} & {
        one.signature for one in second if one.template == LOAD
    }


NAMES = st.from_regex(r"[a-z]{3,8}_[a-z]{1,5}", fullmatch=True)
GAPS = st.sampled_from(["", "\n", "# note\n", "\n\n"])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES, GAPS, st.booleans()), min_size=8, max_size=8))
def test_renaming_and_layout_leave_signatures_alone(
    choices: list[tuple[str, str, str, bool]],
) -> None:
    sources = []
    for number, (name, data, gap, wide) in enumerate(choices):
        text = load(number, path=PATHS[number], name=f"h{name}", data=f"d{data}")
        text = f"{gap}{text}{gap}"
        sources.append(text.replace(", 'r", ",\n             'r") if wide else text)
    assert [one.signature for one in mined(sources)] == [one.signature for one in mined(LOADS)]


def test_no_files_and_one_file_give_no_error() -> None:
    assert mined([]) == ()
    assert mined([""]) == ()
    assert isinstance(mined(["x = 1\n"]), tuple)
    assert mined(["x = f(" * 50]) == mined(["x = f(" * 50])


def test_a_deep_expression_beside_idioms_does_no_harm() -> None:
    deep = "x = " + "f(" * 10_000 + ")" * 10_000
    assert LOAD in {pattern.template for pattern in mined([*LOADS, deep])}
