"""Patterns are told by definitions that are data, with what speaks for and against them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.singularity.patterns.engine.architecture import (
    Definition,
    DefinitionError,
    Detection,
    Evidence,
    Package,
    SourceFile,
    detect,
    load_definitions,
    module_graph,
    signature,
)
from apps.singularity.patterns.engine.facts import Call, Function
from tests.common.factories.architecture import source

PATTERNS = (
    "actor clean client_server command_line component_ui cqrs domain_driven event_driven",
    "event_sourcing graphql_api hexagonal layered library message_workers microservices",
    "modular_monolith monorepo mvc mvt mvvm pipeline plugin repository rest_api serverless",
    "single_page_application",
)


def evidence(
    *files: SourceFile,
    paths: list[str] | None = None,
    packages: list[Package] | None = None,
    frameworks: dict[str, str] | None = None,
) -> Evidence:
    graph = module_graph(files, packages or [])
    return Evidence(files, graph, paths=paths or (), packages=packages or (), frameworks=frameworks)


def defined(tmp_path: Path, text: str, *, key: str = "sample") -> tuple[Definition, ...]:
    """The user's definitions with one of that text."""
    head = f"key: {key}\nname: Sample\ndescription: One.\nsource: None.\n"
    (tmp_path / "sample.yaml").write_text(head + text)
    return tuple(d for d in load_definitions(tmp_path) if d.key == key)


def confidence(definitions: tuple[Definition, ...], found: Evidence) -> float:
    (detection,) = detect(definitions, found, threshold=0)
    return detection.confidence


def test_there_is_a_definition_for_each_known_pattern() -> None:
    definitions = {definition.key: definition for definition in load_definitions()}
    assert sorted(definitions) == " ".join(PATTERNS).split()
    assert all(d.description.endswith(".") and d.source for d in definitions.values())


def test_every_pattern_can_be_told_and_is_not_told_of_nothing() -> None:
    assert detect(load_definitions(), evidence()) == ()
    for definition in load_definitions():
        weights = [indicator.weight for indicator in definition.indicators.values()]
        assert sum(weights) > 3, definition.key


HEXAGONAL = (
    source("shop/domain/order.py", lines=30),
    source("shop/ports/orders.py", "shop.domain.order", types="OrdersPort(Protocol) MailPort"),
    source("shop/application/place.py", "shop.ports.orders", "shop.domain.order"),
    source("shop/adapters/sql.py", "shop.ports.orders", "shop.domain.order"),
    source("shop/adapters/mail.py", "shop.ports.orders"),
)


def told(*files: SourceFile, **more: object) -> dict[str, Detection]:
    found = detect(load_definitions(), evidence(*files, **more))  # type: ignore[arg-type]
    return {detection.key: detection for detection in found}


def test_a_detection_names_what_is_met_where_and_what_is_missing() -> None:
    detection = told(*HEXAGONAL)["hexagonal"]
    met = {hit.text: hit.where for hit in detection.met}
    assert met["A folder for ports"] == ("shop/ports",)
    assert met["A folder for adapters"] == ("shop/adapters",)
    assert "Imports over the border of the core lead into it" in met
    missed = {miss.text for miss in detection.missed}
    assert missed == {"Adapters that drive the application apart from those that it drives"}
    assert detection.signature == signature("hexagonal")
    assert json.loads(json.dumps(asdict(detection)))["key"] == "hexagonal"


def test_a_core_that_imports_its_adapters_speaks_against_ports_and_adapters() -> None:
    wrong = source("shop/domain/order.py", *(["shop.adapters.sql", "shop.adapters.mail"] * 2))
    more = [
        source(f"shop/domain/d{n}.py", "shop.adapters.sql", "shop.adapters.mail") for n in range(3)
    ]
    with_core = told(wrong, *more, *HEXAGONAL[1:])
    assert "hexagonal" not in with_core


def test_tests_and_examples_are_no_evidence() -> None:
    moved = [source(f"examples/{f.path}") for f in HEXAGONAL]
    moved += [source(f"tests/{f.path}") for f in HEXAGONAL]
    assert "hexagonal" not in told(source("lib.py"), *moved)


def test_confidence_is_the_logistic_of_the_weights_met(tmp_path: Path) -> None:
    definitions = defined(
        tmp_path,
        """
indicators:
  one: {text: One, weight: 2, files: {names: [one.py]}}
  two: {text: Two, weight: 1.5, files: {names: [two.py]}}
against:
  three: {text: Three, weight: 1, files: {names: [three.py]}}
""",
    )
    both = [source("one.py"), source("two.py")]
    assert confidence(definitions, evidence(*both)) == pytest.approx(logistic(-3 + 3.5), abs=1e-4)
    three = evidence(*both, source("three.py"))
    assert confidence(definitions, three) == pytest.approx(logistic(-3 + 2.5), abs=1e-4)
    assert detect(definitions, three) == ()


def logistic(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def test_what_is_required_is_a_gate(tmp_path: Path) -> None:
    definitions = defined(
        tmp_path,
        """
required: [{any: [one, two]}, {all: [three]}]
indicators:
  one: {text: One, weight: 9, files: {names: [one.py]}}
  two: {text: Two, weight: 9, files: {names: [two.py]}}
  three: {text: Three, weight: 1, files: {names: [three.py]}}
""",
    )
    assert confidence(definitions, evidence(source("one.py"), source("two.py"))) == 0
    assert confidence(definitions, evidence(source("three.py"))) == 0
    assert confidence(definitions, evidence(source("two.py"), source("three.py"))) > 0.9


def tree(written: str) -> list[SourceFile]:
    """Files between semicolons: a path, then what it imports after ``<``, its types after ``=``."""
    files = []
    for one in written.split(";"):
        head, _, types = one.partition("=")
        path, _, imports = head.partition("<")
        found = (module.replace(":", ": ") for module in imports.split())
        files.append(source(path.strip(), *found, types=types))
    return files


INDICATORS = [
    ("folders: {names: [use-cases]}", "app/UseCases/a.py", "app/cases/a.py"),
    (
        "folders: {names: [in|inbound, out], together: true}",
        *("p/in/a.py; p/out/a.py", "p/in/a.py; q/out/a.py"),
    ),
    (
        "entries: {names: [models.py|models, views.py], together: true, count: 2}",
        "a/models/m.py; a/views.py; b/models.py; b/views.py",
        "a/models/m.py; a/views.py; b/models.py",
    ),
    ("files: {names: ['*_job.py'], count: 2}", "a_job.py; b_job.py", "a_job.py"),
    ("files: {names: ['*.py'], under: services}", "services/a/b.py", "serve/b.py"),
    ("imports: {modules: [celery]}", "a.py < celery.app", "a.py < celeryish"),
    ("imports: {modules: [celery.Celery]}", "a.py < celery:Celery", "a.py < celery:task"),
    ("types: {names: ['*Repository'], min: 2}", "a.py = XRepository YRepository", "a.py = X"),
    ("types: {bases: [Model]}", "a.py = A(django.db.models.Model)", "a.py = A(Modeller)"),
    ("graph: {measure: modules, max: 1}", "a.py", "a.py; b.py"),
    ("graph: {measure: layers, min: 3}", "a.py < b; b.py < c; c.py", "a.py < b; b.py"),
    ("graph: {measure: hub, min: 1}", "a.py < c; b.py < c; c.py", "a.py; b.py < c; c.py"),
    (
        "graph: {measure: facade, min: 2}",
        *("p/__init__.py < .:a,b; p/a.py; p/b.py", "p/__init__.py < .:a; p/a.py; p/b.py"),
    ),
    (
        "graph: {measure: order, of: [views, services, models], min: 1}",
        "views.py < services models; services.py < models; models.py",
        "views.py < services; services.py < models; models.py < views",
    ),
    (
        "graph: {measure: inward, of: [core], min: 1}",
        "core/a.py; b.py < core.a; c.py < core.a; d.py < core.a",
        "core/a.py < d; b.py < core.a; c.py < core.a; d.py < core.a",
    ),
    (
        "graph: {measure: independence, of: [plugins], min: 1}",
        "plugins/a.py; plugins/b.py; plugins/c.py",
        "plugins/a.py < plugins.b; plugins/b.py; plugins/c.py",
    ),
    ("graph: {measure: subfolders, of: [apps], min: 1}", "apps/a/b.py", "apps/a.py"),
    ("languages: {names: [elixir], share: 0.5}", "a.ex; a.py", "a.ex; a.py; b.py"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "met", "unmet"), INDICATORS)
def test_each_kind_of_indicator(tmp_path: Path, kind: str, met: str, unmet: str) -> None:
    text = f"indicators:\n  one:\n    text: It\n    weight: 6\n    {kind}\n"
    definitions = defined(tmp_path, text)
    assert confidence(definitions, evidence(*tree(met))) > 0.9
    assert confidence(definitions, evidence(*tree(unmet))) < 0.1


def test_indicators_of_calls_decorators_entry_points_packages_and_frameworks(
    tmp_path: Path,
) -> None:
    text = "indicators:\n" + "".join(
        f"  i{n}: {{text: It, weight: {weight}, {kind}}}\n"
        for n, (weight, kind) in enumerate(
            [
                (1, "calls: {names: ['flask.Flask().*']}"),
                (2, "functions: {decorators: ['*.route']}"),
                (4, "functions: {names: [handle_*]}"),
                (8, "entry_points: {}"),
                (16, "packages: {under: services, min: 2}"),
                (32, "packages: {library: true}"),
                (64, "frameworks: {categories: [queue]}"),
                (128, "frameworks: {keys: [celery]}"),
            ]
        )
    )
    function = Function(
        "A.handle_it", 1, 2, 0, 9, 0, (Call("flask.Flask().get", 1),), ("app.route",)
    )
    file = SourceFile("a.py", "python", 3, functions=(function,), entry_line=1)
    packages = [
        Package("services/a/go.mod", "golang"),
        Package("services/b/go.mod", "golang"),
        Package("pyproject.toml", "pypi", library=True),
    ]
    found = evidence(file, packages=packages, frameworks={"celery": "queue"})
    (detection,) = detect(defined(tmp_path, text), found)
    assert sum(hit.weight for hit in detection.met) == 255


@pytest.mark.parametrize(
    ("indicator", "field", "problem"),
    [
        ("{weight: 1}", "indicators.a.kind", "exactly one kind"),
        ("{weight: -1, files: {names: [x]}}", "indicators.a.weight", "above 0"),
        ("{weight: x, files: {names: [x]}}", "indicators", "Expected `float`"),
        ("{weight: 1, files: {nam: [x]}}", "files", "nam"),
        ("{weight: 1, fles: {names: [x]}}", "indicators", "fles"),
        ("{weight: 1, graph: {measure: warmth}}", "graph.measure", "warmth is none of"),
    ],
)
def test_a_wrong_indicator_is_told_by_file_and_field(
    tmp_path: Path, indicator: str, field: str, problem: str
) -> None:
    assert_refused(tmp_path, f"indicators: {{a: {{text: A, {indicator[1:]}}}", field, problem)


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        ("indicators: {}\nrequired: [{any: [b]}]", "required[0]", "no indicator b"),
        ("indicators: {}\nrequired: [{}]", "required[0]", "names no indicator"),
        ("weights: 1", "definition", "weights"),
        ("indicators: [", "sample.yaml", "while parsing"),
    ],
)
def test_a_wrong_definition_is_told_by_file_and_field(
    tmp_path: Path, text: str, field: str, problem: str
) -> None:
    assert_refused(tmp_path, text, field, problem)


def assert_refused(tmp_path: Path, text: str, field: str, problem: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        defined(tmp_path, text)
    message = str(raised.value)
    assert "sample.yaml" in message
    assert field in message
    assert problem in message


def test_two_files_of_a_folder_may_not_define_the_same_pattern(tmp_path: Path) -> None:
    defined(tmp_path, "indicators: {}")
    (tmp_path / "twice.yaml").write_text((tmp_path / "sample.yaml").read_text())
    with pytest.raises(DefinitionError, match=r"twice\.yaml: key: sample is sample\.yaml's"):
        load_definitions(tmp_path)


def test_a_user_replaces_a_definition_of_the_package(tmp_path: Path) -> None:
    (definition,) = defined(tmp_path, "indicators: {}", key="layered")
    assert definition.name == "Sample"


def test_a_signature_depends_on_the_key_alone() -> None:
    assert signature("layered") == signature("layered") != signature("mvc")
    assert signature("layered").startswith("architecture-1-")


@given(st.permutations(HEXAGONAL))
def test_the_order_of_files_changes_no_detection(files: list[SourceFile]) -> None:
    assert told(*files) == told(*HEXAGONAL)
