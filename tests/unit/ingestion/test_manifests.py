"""What manifests declare, and that no text of any kind breaks a parser."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.manifests import (
    Declared,
    is_lock,
    is_manifest,
    parse_manifest,
)

Row = tuple[str, str, str, int | None]

PYPROJECT = """[build-system]
requires = ["setuptools>=61"]
[project]
name = "Requests"
dependencies = [
  "Requests[socks]>=2,<3; python_version < '3.12'",
  "zope.Interface @ https://example.org/z.whl",
]
optional-dependencies.cli = ["rich"]
[dependency-groups]
test = ["pytest", {include-group = "lint"}]
lint = ["ruff==0.1"]
[tool.poetry.dependencies]
python = "^3.9"
django = {version = "^5", optional = true}
flask = [{version = "^2", python = "<3.9"}, {version = "^3"}]
[tool.poetry.group.docs.dependencies]
sphinx = "*"
[tool.pdm.dev-dependencies]
tests = ["tox>=4"]
[tool.hatch.envs.style]
dependencies = ["black"]
"""
REQUIREMENTS = """-r base.txt
--index-url https://example.org
# a comment
Django==5.2 \\
  --hash=sha256:aa \\
  --hash=sha256:bb
foo[bar]>=1; sys_platform == 'x'  # why
-e git+https://example.org/y#egg=zed
https://example.org/y.whl
"""
CARGO = """[package]
name = "a"
[dependencies]
serde = { version = "1", features = ["derive"] }
rnd = { package = "rand", version = "0.8", optional = true }
tokio.workspace = true
[target.'cfg(unix)'.dependencies]
nix = "0.2"
[dev-dependencies]
foo = { path = "../foo" }
[build-dependencies]
cc = "1"
[workspace.dependencies]
tokio = "1.3"
"""
MIX = """defmodule X.MixProject do
  def project, do: [app: :x, deps: deps()]
  defp other, do: [{:no, "dependency"}]
  defp deps do
    [
      {:phoenix, "~> 1.7"},
      {:credo, "~> 1.6", only: [:dev, :test], runtime: false},
      {:floki, ">= 0.30.0", only: :test},
      {:icons, github: "acme/icons", tag: "v2"},
      {:jason, "~> 1.2", optional: true}
    ]
  end
end
"""
GO = """module x

require github.com/a/B v1.2.3
require (
\tgolang.org/x/text v0.3.0 // indirect
\tgopkg.in/yaml.v3 v3.0.1
)
replace (
\ta => b v1
)
"""
YARN = """# yarn lockfile v1

"@babel/core@^7.0", "@babel/core@^7.1":
  version "7.2.0"

"bar@npm:^2.0":
  version: 2.0.3

"alias@npm:real@^2.0":
  version: 2.0.4

"own@workspace:.":
  version: 0.0.0
"""
PNPM = """lockfileVersion: '9.0'
importers:
  no@1.0.0:
packages:
  /a/1.0.0:
  /@s/b/2.0.0_react@17:
  '@s/c@3.0.0(react@1.0.0)':
  d@1.0.0-beta.1:
snapshots:
  z@1.0.0:
"""
PACKAGE = {
    "scripts": {"eslint": "eslint ."},
    "dependencies": {"@a/b": "^1", "x": "npm:y@^2"},
    "devDependencies": {"eslint": "9"},
    "peerDependencies": {"react": ">=18"},
    "optionalDependencies": {"fsevents": "*"},
}
LOCK_3 = {
    "": {"name": "me"},
    "packages/own": {"version": "1.0.0"},
    "node_modules/own": {"link": True},
    "node_modules/@a/b": {"version": "1.0.0", "dev": True},
    "node_modules/c/node_modules/d": {"version": "2.0.0"},
    "node_modules/alias": {"name": "real", "version": "3.0.0", "optional": True},
}
LOCK_1 = {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "npm:c@2.0.0"}}}}

SETUP_CFG = """[options]
install_requires =
  a>=1
  b; python_version<'3'
[options.extras_require]
x = c
dev = e
"""
SETUP_PY = """import os
os.abort()
tests = ['c']
setup(install_requires=['a>=1', *x],
  extras_require={'t': ['b'], 'test': tests, 'docs': ['d']})
"""
TOX_INI = """[tox]
envlist = py, docs
[testenv]
deps =
  a>=1  # why
  py312,py313: b
  {[other]deps}
  -r requirements.txt
  https://example.org/c.zip
[testenv:docs]
deps = d
[testenv:lint]
deps =
    e
"""
CARGO_LOCK = """[[package]]
name = "me"
version = "0.1.0"
[[package]]
name = "serde"
version = "1.0.1"
source = "registry+x"
"""
UV_LOCK = """[[package]]
name = "A_b"
version = "1"
source = { registry = "x" }
[[package]]
name = "me"
version = "0"
source = { editable = "." }
"""
MIX_LOCK = """%{
  "bandit": {:hex, :bandit, "1.5.0", "3b", [:mix], []},
  "icons": {:git, "https://example.org/i.git", "88ab", [tag: "v2"]},
}
"""

DECLARED: list[tuple[str, str, list[Row]]] = [
    (
        "pyproject.toml",
        PYPROJECT,
        [
            ("pypi/setuptools", ">=61", "build", 2),
            ("pypi/requests", "<3,>=2", "runtime", 6),
            ("pypi/zope-interface", "@ https://example.org/z.whl", "runtime", 7),
            ("pypi/rich", "", "optional", None),
            ("pypi/pytest", "", "test", 11),
            ("pypi/ruff", "==0.1", "dev", 12),
            ("pypi/tox", ">=4", "test", 20),
            ("pypi/black", "", "dev", 22),
            ("pypi/django", "^5", "optional", 15),
            ("pypi/flask", "^2", "runtime", 16),
            ("pypi/flask", "^3", "runtime", 16),
            ("pypi/sphinx", "*", "docs", 18),
        ],
    ),
    (
        "requirements/dev.txt",
        REQUIREMENTS,
        [
            ("pypi/django", "==5.2", "dev", 4),
            ("pypi/foo", ">=1", "dev", 7),
            ("pypi/zed", "@ git+https://example.org/y#egg=zed", "dev", 8),
        ],
    ),
    (
        "setup.cfg",
        SETUP_CFG,
        [
            ("pypi/a", ">=1", "runtime", None),
            ("pypi/b", "", "runtime", None),
            ("pypi/c", "", "optional", None),
            ("pypi/e", "", "dev", None),
        ],
    ),
    (
        "setup.py",
        SETUP_PY,
        [
            ("pypi/a", ">=1", "runtime", 4),
            ("pypi/b", "", "optional", 5),
            ("pypi/c", "", "test", 3),
            ("pypi/d", "", "docs", 5),
        ],
    ),
    (
        "tox.ini",
        TOX_INI,
        [
            ("pypi/a", ">=1", "test", 5),
            ("pypi/b", "", "test", 6),
            ("pypi/d", "", "docs", 11),
            ("pypi/e", "", "dev", 14),
        ],
    ),
    (
        "requirements/extras/redis.txt",
        "redis>=5\n",
        [("pypi/redis", ">=5", "optional", 1)],
    ),
    (
        "Cargo.toml",
        CARGO,
        [
            ("cargo/tokio", "1.3", "workspace", 14),
            ("cargo/serde", "1", "runtime", 4),
            ("cargo/rand", "0.8", "optional", 5),
            ("cargo/tokio", "1.3", "runtime", 6),
            ("cargo/foo", "../foo", "dev", 10),
            ("cargo/cc", "1", "build", 12),
            ("cargo/nix", "0.2", "runtime", 8),
        ],
    ),
    (
        "mix.exs",
        MIX,
        [
            ("hex/phoenix", "~> 1.7", "runtime", 6),
            ("hex/credo", "~> 1.6", "dev", 7),
            ("hex/floki", ">= 0.30.0", "test", 8),
            ("hex/icons", "acme/icons", "runtime", 9),
            ("hex/jason", "~> 1.2", "optional", 10),
        ],
    ),
    (
        "go.mod",
        GO,
        [
            ("golang/github.com/a/B", "v1.2.3", "runtime", 3),
            ("golang/golang.org/x/text", "v0.3.0", "indirect", 5),
            ("golang/gopkg.in/yaml.v3", "v3.0.1", "runtime", 6),
        ],
    ),
    (
        "web/package.json",
        json.dumps(PACKAGE, indent=1),
        [
            ("npm/%40a/b", "^1", "runtime", 6),
            ("npm/y", "^2", "runtime", 7),
            ("npm/eslint", "9", "dev", 10),
            ("npm/react", ">=18", "peer", 13),
            ("npm/fsevents", "*", "optional", 16),
        ],
    ),
]
LOCKED: list[tuple[str, str, list[str]]] = [
    (
        "package-lock.json",
        json.dumps({"lockfileVersion": 3, "packages": LOCK_3}),
        ["npm/%40a/b@1.0.0 dev", "npm/d@2.0.0 runtime", "npm/real@3.0.0 optional"],
    ),
    (
        "package-lock.json",
        json.dumps({"lockfileVersion": 1, "dependencies": LOCK_1}),
        ["npm/a@1.0.0 runtime", "npm/c@2.0.0 runtime"],
    ),
    (
        "yarn.lock",
        YARN,
        ["npm/%40babel/core@7.2.0 runtime", "npm/bar@2.0.3 runtime", "npm/real@2.0.4 runtime"],
    ),
    (
        "pnpm-lock.yaml",
        PNPM,
        [
            "npm/a@1.0.0 runtime",
            "npm/%40s/b@2.0.0 runtime",
            "npm/%40s/c@3.0.0 runtime",
            "npm/d@1.0.0-beta.1 runtime",
        ],
    ),
    (
        "Cargo.lock",
        CARGO_LOCK,
        ["cargo/serde@1.0.1 runtime"],
    ),
    (
        "uv.lock",
        UV_LOCK,
        ["pypi/a-b@1 runtime"],
    ),
    (
        "mix.lock",
        MIX_LOCK,
        ["hex/bandit@1.5.0 runtime", "hex/icons@88ab runtime"],
    ),
]
MANIFESTS = sorted({(path, text) for path, text, _ in [*DECLARED, *LOCKED]})


def row(declared: Declared) -> Row:
    purl = declared.purl.removeprefix("pkg:")
    return purl, declared.requirement, declared.scope, declared.line


@pytest.mark.parametrize(("path", "text", "expected"), DECLARED)
def test_declared_dependencies(path: str, text: str, expected: list[Row]) -> None:
    parsed = parse_manifest(path, text)
    assert parsed.problem is None
    assert [row(declared) for declared in parsed.dependencies] == expected
    assert not any(declared.locked for declared in parsed.dependencies)


@pytest.mark.parametrize(("path", "text", "expected"), LOCKED)
def test_locked_versions(path: str, text: str, expected: list[str]) -> None:
    parsed = parse_manifest(path, text)
    assert parsed.problem is None
    assert [f"{row(one)[0]} {one.scope}" for one in parsed.dependencies] == expected
    assert all(declared.locked for declared in parsed.dependencies)


@pytest.mark.parametrize(
    "path", ["package.json", "a/requirements-dev.txt", "requirements/base.in", "x/go.mod"]
)
def test_manifests_are_known_by_name(path: str) -> None:
    assert is_manifest(path)
    assert not is_lock(path)


@pytest.mark.parametrize("path", ["a.json", "notes.txt", "my-package.json", "docs/requirements.md"])
def test_other_files_are_none(path: str) -> None:
    assert not is_manifest(path)
    assert parse_manifest(path, "").problem == "not a manifest"


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("package.json", "{", "Expecting property name"),
        ("package.json", "[1]", "not a table"),
        ("package.json", "[" * 100_000, "nested too deeply"),
        ("pyproject.toml", "a = [", "Invalid"),
        ("setup.cfg", "no section", "no section headers"),
        ("setup.py", "def", "invalid syntax"),
        ("mix.exs", "defp deps do [", "syntax errors"),
        ("mix.lock", "x", "not a map"),
        ("go.mod", "require x", "line 1"),
        ("requirements.txt", "!!", "is no requirement"),
    ],
)
def test_malformed_text_is_a_problem(path: str, text: str, says: str) -> None:
    assert says in (parse_manifest(path, text).problem or "")


def test_credentials_in_urls_are_dropped() -> None:
    token = "t" * 24
    text = (
        f"a @ git+https://me:{token}@example.org/a\n"
        f"b @ git+https://{token}@example.org/b\n"
        f"!! c@https://me:{token}@example.org/c\n"
        "d @ git+ssh://git@example.org/d\n"
    )
    parsed = parse_manifest("requirements.txt", text)
    requirements = [declared.requirement for declared in parsed.dependencies]
    assert requirements == [
        "@ git+https://example.org/a",
        "@ git+https://example.org/b",
        "@ git+ssh://git@example.org/d",
    ]
    assert token not in (parsed.problem or token)


def test_one_bad_entry_leaves_the_rest() -> None:
    parsed = parse_manifest("package.json", '{"dependencies": [1], "devDependencies": {"a": "1"}}')
    assert parsed.problem == "dependencies is not a table"
    assert [declared.purl for declared in parsed.dependencies] == ["pkg:npm/a"]


@settings(max_examples=150, deadline=None)
@given(manifest=st.sampled_from(MANIFESTS), data=st.data())
def test_damaged_manifests_never_raise(manifest: tuple[str, str], data: st.DataObject) -> None:
    path, text = manifest
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    parse_manifest(path, text[:start] + data.draw(st.text(max_size=8)) + text[end:])
    parse_manifest(path, text[:start])


@settings(max_examples=150, deadline=None)
@given(
    path=st.sampled_from([path for path, _ in MANIFESTS]),
    text=st.one_of(
        st.text(max_size=60),
        st.binary(max_size=60).map(lambda data: data.decode("utf-8", "replace")),
    ),
)
def test_arbitrary_text_never_raises(path: str, text: str) -> None:
    parse_manifest(path, text)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
sections = st.sampled_from(["dependencies", "devDependencies", "packages", "node_modules/a"])


@settings(max_examples=150, deadline=None)
@given(
    path=st.sampled_from(["package.json", "package-lock.json"]),
    value=st.dictionaries(sections, st.one_of(json_values, st.dictionaries(sections, json_values))),
)
def test_well_formed_json_of_wrong_shape_never_raises(path: str, value: object) -> None:
    parse_manifest(path, json.dumps(value))
