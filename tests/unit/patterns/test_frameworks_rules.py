"""The table of rules: complete, unambiguous, each rule alive; and what is said of a bad one."""

from collections import Counter
from pathlib import Path

import pytest

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.frameworks import (
    DeclaredFact,
    FileImports,
    InvalidRule,
    Rule,
    detect_frameworks,
    load_rules,
)

RULES = load_rules()
WITH_PACKAGES = [rule for rule in RULES if rule.packages]
WITH_IMPORTS = [rule for rule in RULES if rule.imports]
WITH_FILES = [rule for rule in RULES if rule.files]


def keys(
    declared: tuple[DeclaredFact, ...] = (),
    imports: tuple[FileImports, ...] = (),
    paths: tuple[str, ...] = (),
) -> set[str]:
    found = detect_frameworks(
        rules=RULES, declared=declared, imports=imports, paths=paths, text_of=lambda _: None
    )
    return {one.key for one in found}


def declaring(package: str) -> tuple[DeclaredFact, ...]:
    return (DeclaredFact(package, "", "runtime", False, "manifest", 1),)


def importing(language: str, module: str) -> tuple[FileImports, ...]:
    return (FileImports("code", language, (Import(module, (), 1),)),)


def test_there_are_enough_rules_for_every_ecosystem() -> None:
    assert len(RULES) >= 600
    ecosystems = Counter(
        ecosystem
        for rule in RULES
        for ecosystem in {package.split("/")[0] for package in rule.packages}
    )
    wanted = {"pkg:npm", "pkg:pypi", "pkg:cargo", "pkg:hex", "pkg:golang", "pkg:maven", "pkg:gem"}
    assert set(ecosystems) == wanted
    assert min(ecosystems.values()) >= 40


def test_names_are_unique() -> None:
    doubled = [name for name, count in Counter(rule.name for rule in RULES).items() if count > 1]
    assert doubled == []


@pytest.mark.parametrize("rule", WITH_PACKAGES, ids=lambda rule: rule.key)
def test_each_package_tells_its_rule_and_its_near_miss_does_not(rule: Rule) -> None:
    for package in rule.packages:
        named = package.replace("*", "member")
        assert rule.key in keys(declaring(named))
        kind, _, name = named.partition("/")
        assert rule.key not in keys(declaring(f"{kind}/own-{name}"))
        families = tuple(one[:-1] for one in rule.packages if one.endswith("*"))
        if not f"{named}-".startswith(families):
            assert rule.key not in keys(declaring(f"{named}-other"))


@pytest.mark.parametrize("rule", WITH_IMPORTS, ids=lambda rule: rule.key)
def test_each_import_tells_its_rule_and_its_near_miss_does_not(rule: Rule) -> None:
    for language, prefixes in rule.imports.items():
        for prefix in prefixes:
            assert rule.key in keys(imports=importing(language, prefix))
            assert rule.key not in keys(imports=importing(language, f"{prefix}other"))
            assert rule.key not in keys(imports=importing(language, f"own{prefix}"))


@pytest.mark.parametrize("rule", WITH_FILES, ids=lambda rule: rule.key)
def test_each_file_that_needs_no_text_tells_its_rule(rule: Rule) -> None:
    for pattern in rule.files:
        path = pattern.glob.replace("**/", "a/").replace("*", "x")
        assert (rule.key in keys(paths=(path,))) == (pattern.contains is None)
        assert rule.key not in keys(paths=(path + "x",))


def test_only_what_a_person_would_not_name_so_tells_without_text() -> None:
    plain = {"config.js", "main.js", "index.js", "app.json", "Makefile", "conf.py", "settings.py"}
    weak = [
        rule.key
        for rule in RULES
        for pattern in rule.files
        if pattern.contains is None and pattern.glob in plain
    ]
    assert weak == []


GOOD = "category: web\nrules:\n- {key: acme, name: Acme, packages: [pkg:pypi/acme]}\n"


def test_a_folder_adds_rules_and_replaces_by_key(tmp_path: Path) -> None:
    text = GOOD + "- {key: flask, name: Our Flask, packages: [pkg:pypi/flask]}\n"
    (tmp_path / "own.yaml").write_text(text)
    rules = load_rules(tmp_path).by_key
    assert rules["acme"].category == "web"
    assert rules["flask"].name == "Our Flask"
    assert len(rules) == len(RULES) + 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: [", "own.yaml: no YAML"),
        ("rules: []", "must have the fields category and rules"),
        ("category: x\nrules: 1", "own.yaml: rules: must be a list"),
        ("category: x\nrules: [1]", "own.yaml: rule 1: must be a mapping"),
        (GOOD + "- {key: acme, name: B, packages: [pkg:pypi/b]}", "rule acme: key: used twice"),
        (GOOD.replace("acme,", "Ac me,"), "key: must be lower-case words"),
        (GOOD.replace("name: Acme", "name: 1"), "rule acme: name: must be a text"),
        (GOOD.replace("name: Acme", "name: Acme, nmae: x"), "rule acme: nmae: unknown"),
        (GOOD.replace("pkg:pypi/acme", "acme"), "rule acme: packages: 'acme' is no package URL"),
        (GOOD.replace("pkg:pypi/acme", "pkg:pypi/a@1"), "is no package URL without version"),
        (GOOD.replace("[pkg:pypi/acme]", "x"), "rule acme: packages: must be a list"),
        (GOOD.replace("[pkg:pypi/acme]", "[]"), "one of packages, imports, files, images"),
        (GOOD.replace("packages: [pkg:pypi/acme]", "imports: {klingon: [a]}"), "imports: no lang"),
        (GOOD.replace("packages: [pkg:pypi/acme]", "imports: {python: a}"), "python must be a li"),
        (GOOD.replace("packages: [pkg:pypi/acme]", "imports: [a]"), "imports: must map languages"),
        (GOOD.replace("packages: [pkg:pypi/acme]", "files: [1]"), "files: must be globs"),
        (
            GOOD.replace("packages: [pkg:pypi/acme]", "files: [{glob: a, contains: '('}]"),
            "files: contains is no regular expression",
        ),
        (
            GOOD.replace("packages: [pkg:pypi/acme]", "files: [{glob: a}]"),
            "files: glob and contains must be texts",
        ),
        (
            GOOD.replace("name: Acme", "name: Acme, implies: [nothing]"),
            "rule acme: implies: there is no rule 'nothing'",
        ),
    ],
)
def test_a_bad_rule_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "own.yaml").write_text(text)
    with pytest.raises(InvalidRule) as raised:
        load_rules(tmp_path)
    assert says in str(raised.value)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidRule, match="no such folder"):
        load_rules(tmp_path / "none")
