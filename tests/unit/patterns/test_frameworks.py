"""That each kind of evidence counts as it should, and what is none does not."""

from collections.abc import Mapping, Sequence

import pytest

from apps.singularity.patterns.engine.facts import Import
from apps.singularity.patterns.engine.frameworks import (
    DeclaredFact,
    EvidenceKind,
    FileImports,
    FrameworkDetection,
    Role,
    detect_frameworks,
    load_rules,
)

RULES = load_rules()


def declared(
    purl: str,
    requirement: str = "",
    *,
    scope: str = "runtime",
    locked: bool = False,
    path: str = "requirements.txt",
) -> DeclaredFact:
    return DeclaredFact(f"pkg:{purl}", requirement, scope, locked, path, 1)


def imports(path: str, *modules: str, language: str = "python", **how: bool) -> FileImports:
    read = tuple(Import(module, (), line, **how) for line, module in enumerate(modules, 1))
    return FileImports(path, language, read)


def detect(
    *facts: DeclaredFact | FileImports, texts: Mapping[str, str] | None = None, name: str = ""
) -> dict[str, FrameworkDetection]:
    read = [fact for fact in facts if isinstance(fact, FileImports)]
    texts = texts or {}
    found = detect_frameworks(
        rules=RULES,
        declared=[fact for fact in facts if isinstance(fact, DeclaredFact)],
        imports=read,
        paths=sorted({*texts, *(fact.path for fact in facts)}),
        text_of=texts.get,
        name=name,
    )
    return {one.key: one for one in found}


def kinds(detection: FrameworkDetection) -> set[EvidenceKind]:
    return {piece.kind for piece in detection.evidence}


def test_declared_and_imported_is_surer_than_either_alone() -> None:
    both = detect(declared("pypi/flask"), imports("a.py", "flask"))["flask"]
    unused = detect(declared("pypi/flask"), imports("a.py", "os"))["flask"]
    undeclared = detect(declared("pypi/x"), imports("a.py", "flask"))["flask"]
    assert both.confidence == pytest.approx(0.95)
    assert unused.confidence == pytest.approx(0.64)
    assert undeclared.confidence == pytest.approx(0.6)
    assert kinds(both) == {EvidenceKind.DECLARED, EvidenceKind.IMPORT}


def test_evidence_says_where_it_stands() -> None:
    found = detect(declared("pypi/flask", ">=3"), imports("b.py", "os", "flask.views"))["flask"]
    places = [(piece.kind, piece.detail, piece.path, piece.line) for piece in found.evidence]
    assert places == [
        (EvidenceKind.DECLARED, "pkg:pypi/flask >=3 (runtime)", "requirements.txt", 1),
        (EvidenceKind.IMPORT, "flask.views", "b.py", 2),
    ]


def test_what_only_a_lock_file_holds_is_not_used() -> None:
    lock = declared("pypi/flask@3.0.1", "3.0.1", locked=True, path="uv.lock")
    assert "flask" not in detect(lock)
    assert "gin" not in detect(declared("golang/github.com/gin-gonic/gin", "v1", scope="indirect"))
    used = detect(lock, imports("a.py", "flask"))["flask"]
    assert used.version == "3.0.1"
    assert used.confidence > 0.75


@pytest.mark.parametrize(
    ("facts", "purl"),
    [
        ([declared("pypi/django", "==5.2.1")], "pkg:pypi/django@5.2.1"),
        ([declared("pypi/django", ">=5.2,<6")], "pkg:pypi/django"),
        ([declared("pypi/django", "==5.2.*")], "pkg:pypi/django"),
        ([declared("npm/react", "18.2.0")], "pkg:npm/react@18.2.0"),
        ([declared("npm/react", "^18.2.0")], "pkg:npm/react"),
        ([declared("npm/%40nestjs/core", "10.0.0")], "pkg:npm/%40nestjs/core@10.0.0"),
        ([declared("cargo/tokio", "1.30")], "pkg:cargo/tokio"),
        ([declared("cargo/tokio", "=1.30.0")], "pkg:cargo/tokio@1.30.0"),
        ([declared("hex/phoenix", "~> 1.7")], "pkg:hex/phoenix"),
        ([declared("gem/rails", "~> 7.1, >= 7.1.2")], "pkg:gem/rails"),
        ([declared("gem/rails", "7.1.2")], "pkg:gem/rails@7.1.2"),
        (
            [declared("maven/org.springframework.boot/spring-boot", "3.2.0")],
            "pkg:maven/org.springframework.boot/spring-boot@3.2.0",
        ),
        (
            [declared("maven/org.springframework.boot/spring-boot", "${boot}")],
            "pkg:maven/org.springframework.boot/spring-boot",
        ),
        (
            [declared("golang/github.com/go-chi/chi/v5", "v5.0.1")],
            "pkg:golang/github.com/go-chi/chi/v5@v5.0.1",
        ),
        (
            [
                declared("npm/react", "^17.0.0", path="web/package.json"),
                declared("npm/react@18.2.0", "18.2.0", locked=True, path="package-lock.json"),
                declared("npm/react@17.0.2", "17.0.2", locked=True, path="package-lock.json"),
                declared("npm/react@17.0.1", "17.0.1", locked=True, path="package-lock.json"),
                declared("npm/react@17.9.9", "17.9.9", locked=True, path="other/yarn.lock"),
            ],
            "pkg:npm/react@17.0.2",
        ),
    ],
)
def test_a_version_is_known_where_it_is_exact(facts: Sequence[DeclaredFact], purl: str) -> None:
    (found,) = (one for one in detect(*facts).values() if one.purl)
    assert found.purl == purl
    assert found.version == (purl.partition("@")[2])


def test_scope_is_the_strongest_declared() -> None:
    found = detect(declared("pypi/pytest", scope="test"), declared("pypi/pytest", scope="dev"))
    assert found["pytest"].scope == "dev"
    tests_only = detect(imports("tests/test_a.py", "flask"))["flask"]
    assert tests_only.scope == "test"
    assert detect(imports("a.py", "flask"), imports("tests/b.py", "flask"))["flask"].scope == (
        "runtime"
    )


def test_an_extra_that_nothing_imports_is_not_used() -> None:
    extra = declared("pypi/redis", scope="optional", path="pyproject.toml")
    assert "redis" not in detect(extra, imports("a.py", "os"))
    assert "redis" in detect(extra, imports("a.py", "redis"))


def test_support_of_what_may_be_installed_is_not_use() -> None:
    others = declared("pypi/click")
    inside = imports("a.py", "pandas", deferred=True)
    assert "pandas" not in detect(others, inside)
    assert "pandas" in detect(inside), "a script without a manifest has no other way to say it"
    assert "pandas" not in detect(others, imports("a.py", "pandas", typing_only=True))


def test_an_import_under_try_is_support_of_what_may_be_there() -> None:
    guarded = {"a.py": "try:\n    import pandas\nexcept ImportError:\n    pandas = None\n"}
    plain = {"a.py": "\nimport pandas\n"}
    read = FileImports("a.py", "python", (Import("pandas", (), 2),))
    assert "pandas" not in detect(declared("pypi/click"), read, texts=guarded)
    assert "pandas" in detect(declared("pypi/click"), read, texts=plain)
    assert "pandas" in detect(declared("pypi/pandas", scope="optional"), read, texts=guarded)


@pytest.mark.parametrize(
    "texts",
    [
        {"requirements/dev.in": "tox\n", "requirements/dev.txt": ""},
        {"requirements/dev.txt": "#\n# This file is autogenerated by pip-compile with\n#\n"},
        {"requirements/dev.txt": "flask==3.0.0\n    # via -r dev.in\n"},
    ],
)
def test_a_compiled_requirements_file_is_a_lock_file(texts: dict[str, str]) -> None:
    pinned = declared("pypi/flask", "==3.0.0", path="requirements/dev.txt")
    assert "flask" not in detect(pinned, texts=texts)
    assert detect(pinned, imports("a.py", "flask"), texts=texts)["flask"].version == "3.0.0"
    assert "flask" in detect(pinned, texts={"requirements/dev.txt": "flask==3.0.0\n"})


def test_tools_are_run_and_need_no_import() -> None:
    found = detect(
        declared("pypi/mypy", scope="optional"),
        declared("pypi/pytest", scope="test"),
        imports("a.py", "os"),
    )
    assert found["mypy"].confidence == pytest.approx(0.6)
    assert found["pytest"].confidence == pytest.approx(0.8)


def test_a_frozen_list_names_what_others_bring_along() -> None:
    frozen = [declared(f"pypi/own-{n}", f"=={n}.0") for n in range(25)]
    brought = declared("pypi/click", "==8.1.7")
    other = imports("a.py", "os")
    assert "click" not in detect(*frozen, brought, other)
    assert "click" in detect(*frozen, brought, imports("a.py", "click"))
    assert "click" in detect(*frozen[:9], brought, other)
    assert "postgresql" in detect(*frozen, declared("pypi/psycopg2", "==2.9"), other)


def test_the_standard_library_needs_no_declaration() -> None:
    assert "asyncio" in detect(declared("pypi/click"), imports("a.py", "asyncio", deferred=True))


@pytest.mark.parametrize(
    ("module", "language", "key"),
    [
        ("django.db.models", "python", "django"),
        ("next/link", "typescript", "next"),
        ("@nestjs/core", "typescript", "nestjs"),
        ("react/jsx-runtime", "tsx", "react"),
        ("github.com/labstack/echo/v4/middleware", "go", "echo"),
        ("tokio::sync", "rust", "tokio"),
        ("org.springframework.boot.SpringApplication", "kotlin", "spring-boot"),
        ("Phoenix.LiveView.Socket", "elixir", "phoenix-live-view"),
        ("rspec/core", "ruby", "rspec"),
        ("<gtest/gtest.h>", "cpp", "googletest"),
    ],
)
def test_an_import_is_told_by_its_first_parts(module: str, language: str, key: str) -> None:
    assert key in detect(imports("lib/a.x", module, language=language))


def test_a_member_may_be_the_module() -> None:
    read = FileImports("a.py", "python", (Import("google.cloud", ("storage",), 1),))
    assert "google-cloud" in detect(read)
    read = FileImports("a.py", "python", (Import("google", ("cloud",), 1),))
    assert "google-cloud" in detect(read)


@pytest.mark.parametrize(
    ("module", "language"),
    [
        (".django", "python"),
        ("djangox", "python"),
        ("my.django", "python"),
        ("./react", "javascript"),
        ("reactive", "javascript"),
        ("react-dom-x", "javascript"),
        ("django", "javascript"),
        ("github.com/acme/echo", "go"),
        ("tokio_util", "rust"),
        ("org.springframeworks", "java"),
    ],
)
def test_other_modules_are_no_evidence(module: str, language: str) -> None:
    assert detect(imports("lib/a.x", module, language=language)) == {}


@pytest.mark.parametrize(
    ("files", "importer", "module", "language"),
    [
        (["redis.py"], "app.py", "redis", "python"),
        (["src/redis/client.py"], "src/app/a.py", "redis", "python"),
        (["lib/flask/__init__.py"], "a.py", "flask.views", "python"),
        (["flask/views.py"], "a.py", "flask.views", "python"),
        (["src/org/junit/Test.java"], "src/com/acme/A.java", "org.junit.Test", "java"),
        (["lib/rails.rb"], "bin/a.rb", "rails", "ruby"),
        (["gtk/gtk.h"], "a.c", '"gtk/gtk.h"', "c"),
    ],
)
def test_an_import_of_first_party_code_is_no_evidence(
    files: list[str], importer: str, module: str, language: str
) -> None:
    texts = dict.fromkeys(files, "")
    assert detect(imports(importer, module, language=language), texts=texts) == {}


def test_a_declaration_wins_over_a_module_of_the_same_name() -> None:
    texts = {"app/__init__.py": "", "redis/__init__.py": ""}
    found = detect(declared("pypi/redis"), imports("app/a.py", "redis"), texts=texts)
    assert found["redis"].role == Role.USES


def test_a_folder_without_python_is_no_module() -> None:
    found = detect(imports("app/a.py", "django"), texts={"django/Dockerfile": "FROM x\n"})
    assert set(found) == {"django", "docker"}


@pytest.mark.parametrize(
    ("path", "text", "key"),
    [
        ("pyproject.toml", '[project]\nversion = "1"\nname = "Django"\n', "django"),
        ("setup.py", 'from x import y\nsetup(\n  name="Flask",\n)', "flask"),
        ("setup.cfg", "[metadata]\nname = celery\n", "celery"),
        ("PKG-INFO", "Metadata-Version: 2.1\nName: pytest\n", "pytest"),
        ("package.json", '{"name": "express"}', "express"),
        ("packages/core/package.json", '{"name": "@angular/core", "x": {', "angular"),
        ("tokio/Cargo.toml", '[package]\nname = "tokio"\n', "tokio"),
        ("go.mod", "module github.com/go-chi/chi/v5\n", "chi"),
        ("mix.exs", "def project, do: [app: :phoenix]", "phoenix"),
        (
            "pom.xml",
            "<project><parent><groupId>org.mockito</groupId></parent><artifactId>x</artifactId>",
            "",
        ),
        (
            "pom.xml",
            "<project><groupId>junit</groupId><artifactId>junit</artifactId></project>",
            "junit",
        ),
        ("rails.gemspec", 'Gem::Specification.new do |s|\n  s.name = "rails"\nend', "rails"),
    ],
)
def test_a_framework_is_no_dependency_of_itself(path: str, text: str, key: str) -> None:
    found = detect(texts={path: text})
    selves = [one.key for one in found.values() if one.role == Role.SELF]
    assert selves == ([key] if key else [])
    if key:
        (evidence,) = (piece for piece in found[key].evidence if piece.kind == EvidenceKind.OWN)
        assert (evidence.detail, evidence.path) == (f"publishes {found[key].purl}", path)


def test_members_of_a_monorepo_declare_each_other() -> None:
    texts = {"packages/react/package.json": '{"name": "react"}'}
    member = declared("npm/react", "workspace:*", path="packages/dom/package.json")
    read = imports("packages/dom/a.js", "react", language="javascript")
    found = detect(member, read, texts=texts)
    assert found["react"].role == Role.SELF
    assert kinds(found["react"]) == {EvidenceKind.OWN}


def test_a_package_without_manifest_is_told_by_its_own_imports() -> None:
    files = [imports(f"db/m{n}.py", "django.utils") for n in range(5)]
    texts = {"__init__.py": "", "utils.py": ""}
    assert detect(*files, texts=texts, name="django")["django"].role == Role.SELF
    assert detect(*files, texts=texts, name="shop")["django"].role == Role.USES
    assert "django" not in detect(*files[:4], texts=texts, name="django")


@pytest.mark.parametrize(
    "path",
    ["examples/requirements.txt", "tests/fixtures/package.json", "vendor/a/requirements.txt"],
)
def test_examples_and_fixtures_are_not_the_code_base(path: str) -> None:
    assert detect(declared("pypi/flask", path=path)) == {}
    assert detect(imports(path.rpartition("/")[0] + "/a.py", "flask")) == {}


def test_documentation_declares_its_tools_and_imports_nothing() -> None:
    tools = declared("pypi/sphinx", path="docs/requirements.txt")
    found = detect(tools, imports("docs/snippet.py", "flask"))
    assert list(found) == ["sphinx"]
    assert found["sphinx"].scope == "docs"


@pytest.mark.parametrize(
    ("path", "text", "key"),
    [
        ("manage.py", "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'x')", "django"),
        ("Dockerfile", "# why\nFROM python:3.11\n", "docker"),
        ("services/api/Dockerfile.dev", "from alpine\n", "docker"),
        (".github/workflows/ci.yml", "name: x\non: push\n", "github-actions"),
        ("docker-compose.yml", "services:\n  db:\n    image: postgres:16\n", "postgresql"),
        (
            "compose.yaml",
            'services:\n  q:\n    image: "example.org/library/rabbitmq"\n',
            "rabbitmq",
        ),
        ("chart/Chart.yaml", "apiVersion: v2\nname: x\n", "helm"),
        ("k8s/a.yaml", "apiVersion: apps/v1\nkind: Deployment\n", "kubernetes"),
        ("infra/main.tf", 'resource "aws_s3_bucket" "b" {\n}\n', "terraform"),
        ("pyproject.toml", "[tool.ruff.lint]\n", "ruff"),
    ],
)
def test_files_tell_by_name_and_text(path: str, text: str, key: str) -> None:
    assert key in detect(texts={path: text})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("manage.py", "print('my own')"),
        ("Dockerfile", "just notes"),
        ("sub/.github/workflows/ci.yml", "on: push\n"),
        ("docker-compose.yml", "volumes:\n  postgres: {}\n  # image: postgres\n"),
        ("docker-compose.yml", "x:\n  image: acme/postgres-backup:1\n"),
        ("a.yaml", "apiVersion: example.org/v1\nkind: Thing\n"),
        ("README.md", "# Built with React, Django and FROM scratch\n"),
        ("Dockerfile.md", "FROM scratch\n"),
        ("main.tf.txt", 'resource "a" "b" {}\n'),
        ("examples/Dockerfile", "FROM scratch\n"),
        ("{{cookiecutter.name}}/manage.py", "DJANGO_SETTINGS_MODULE"),
    ],
)
def test_an_ambiguous_name_is_not_enough(path: str, text: str) -> None:
    assert detect(texts={path: text}) == {}


def test_a_flood_of_files_is_not_read_to_its_end() -> None:
    asked: list[str] = []

    def text_of(path: str) -> str:
        asked.append(path)
        return "apiVersion: v1\nkind: Pod\n" if path == "k8s.yaml" else "a: 1\n"

    paths = [f"data/{number}.yaml" for number in range(5000)]
    found = detect_frameworks(
        rules=RULES, declared=(), imports=(), paths=[*paths, "k8s.yaml"], text_of=text_of
    )
    assert [one.key for one in found] == ["kubernetes"]
    assert len(asked) <= 2000


def test_content_evidence_gives_the_line() -> None:
    found = detect(texts={"docker-compose.yml": "services:\n  db:\n    image: postgres:16\n"})
    (piece,) = found["postgresql"].evidence
    assert (piece.kind, piece.detail, piece.line) == (EvidenceKind.CONTENT, "image: postgres", 3)


def test_what_comes_with_a_framework_is_implied() -> None:
    found = detect(declared("npm/next", "14.0.0"), imports("a.tsx", "next/link", language="tsx"))
    assert found["react"].confidence == pytest.approx(0.9 * found["next"].confidence, abs=0.001)
    assert found["react"].evidence[0].detail == "comes with Next.js"
    itself = detect(texts={"package.json": '{"name": "next"}'})
    assert "react" not in itself


def test_the_order_of_what_is_known_does_not_matter() -> None:
    facts: list[DeclaredFact | FileImports] = [
        declared("pypi/flask", ">=2"),
        declared("pypi/flask", "==3.0.0", scope="test", path="a/requirements.txt"),
        declared("pypi/redis", path="b/requirements.txt"),
        declared("pypi/redis@5.0", "5.0", locked=True, path="uv.lock"),
        declared("pypi/redis@4.0", "4.0", locked=True, path="b/uv.lock"),
        imports("b.py", "flask", "redis"),
        imports("a.py", "flask"),
    ]
    assert detect(*facts) == detect(*reversed(facts))


def test_an_empty_code_base_has_no_framework() -> None:
    assert detect() == {}
