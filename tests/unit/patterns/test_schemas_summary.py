"""What the entities of a code base amount to."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.patterns.engine.facts import Entity
from apps.singularity.patterns.engine.mined import Place
from apps.singularity.patterns.engine.schemas import summarise_entities


def entity(name: str, fields: int = 1, *relations: str, source: str = "django") -> Entity:
    return Entity(source, name, 3, fields, relations)


def test_relations_lead_to_entities_of_other_files() -> None:
    (summary,) = summarise_entities(
        {
            "b.py": [entity("Book", 5, "Author", "Shop", "AUTH_USER_MODEL")],
            "a.py": [entity("Author", 2, "Author"), entity("Shop", 9), entity("Alone", 1)],
        }
    )
    assert (summary.entities, summary.fields, summary.relations) == (4, 17, 3)
    assert [one.name for one in summary.largest] == ["Shop", "Book", "Author", "Alone"]
    assert summary.largest[0].place == Place("a.py", 3, 3)
    assert summary.isolated == ("Alone",)
    assert summary.unresolved == ("AUTH_USER_MODEL",)


def test_a_table_of_several_files_counts_once() -> None:
    (summary,) = summarise_entities(
        {
            "1.sql": [entity("orders", 4, "users", source="sql")],
            "2.sql": [entity("orders", 1, "cities", source="sql")],
            "schema.sql": [entity("users", 2, source="sql"), entity("city", 2, source="sql")],
        }
    )
    assert (summary.entities, summary.fields, summary.relations) == (3, 8, 2)
    assert summary.unresolved == ()


def test_names_of_tables_and_classes_meet() -> None:
    (summary,) = summarise_entities(
        {
            "a.py": [
                entity("UserAccount", source="sqlalchemy"),
                entity("Category", 1, "user_accounts", source="sqlalchemy"),
                entity("Box", 1, "categories", source="sqlalchemy"),
                entity("Address", 1, "boxes", source="sqlalchemy"),
                entity("Street", 1, "addresses", source="sqlalchemy"),
            ]
        }
    )
    assert summary.relations == 4
    assert summary.unresolved == ()


def test_kinds_are_apart() -> None:
    summaries = summarise_entities(
        {"a": [entity("A", source="sql")], "b": [entity("A"), entity("B", 1, "A")]}
    )
    assert [(one.source, one.entities) for one in summaries] == [("django", 2), ("sql", 1)]
    assert summaries[1].isolated == ("A",)


def test_nothing_is_nothing() -> None:
    assert summarise_entities({"a.py": []}) == ()


names = st.sampled_from(["User", "users", "Order", "Line"])
declared = st.builds(
    Entity,
    st.sampled_from(["sql", "ecto"]),
    names,
    st.just(1),
    st.integers(0, 9),
    st.lists(names, max_size=3).map(tuple),
)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.lists(declared, max_size=3)), max_size=3))
def test_the_order_of_files_does_not_matter(files: Sequence[tuple[str, list[Entity]]]) -> None:
    by_path = dict(files)
    backwards = dict(reversed(by_path.items()))
    assert summarise_entities(by_path) == summarise_entities(backwards)
