"""Facts as bytes: nothing is lost, little is stored."""

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.patterns.engine.extract import SourceText, file_facts
from apps.singularity.patterns.engine.packing import facts_pack, facts_unpack, outline_unpack
from tests.common.learning import REPEATED

PIECES = st.sampled_from(
    ["import os\n", "\n\n", "def f(a):\n    return os.path.join(a, 'é')\n", "x = [1, 2]\n", "(((\n"]
)


@given(st.lists(PIECES, max_size=30))
@settings(max_examples=100, deadline=None)
def test_what_was_packed_comes_back(pieces: list[str]) -> None:
    facts = file_facts(SourceText("a.py", "python", "".join(pieces)))
    assert facts_unpack(facts_pack(facts)) == facts
    assert facts_pack(facts) == facts_pack(facts)


def test_a_file_without_a_tree_comes_back() -> None:
    facts = file_facts(SourceText("a.prisma", "text", "model User {\n  id Int @id\n}\n"))
    assert facts.entities
    assert facts_unpack(facts_pack(facts)) == facts


def test_the_outline_has_what_is_defined_and_imported() -> None:
    facts = file_facts(SourceText("a.py", "python", REPEATED.format(n=1)))
    outline = outline_unpack(facts_pack(facts))
    assert outline.functions == facts.functions != ()
    assert (outline.imports, outline.fingerprints) == (facts.imports, facts.fingerprints)
    assert not outline.tree.label


def test_facts_take_no_more_room_than_their_source() -> None:
    text = "".join(REPEATED.format(n=n) for n in range(40))
    facts = file_facts(SourceText("a.py", "python", text))
    assert len(facts_pack(facts)) < len(text)
