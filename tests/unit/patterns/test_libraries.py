"""Which names belong to libraries, and to which."""

from __future__ import annotations

import pytest

from apps.singularity.patterns.engine.names.libraries import libraries_of


def origin(
    name: str, language: str, *, declared: tuple[str, ...] = (), paths: tuple[str, ...] = ()
) -> tuple[bool, str | None]:
    libraries = libraries_of(declared=declared, paths=paths)
    return libraries.knows(name, language), libraries.package_of(name, language)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("open", "python"),
        ("open().read", "python"),
        ("str.join", "python"),
        (".append", "python"),
        ("os.path.join", "python"),
        ("sqlite3.connect().cursor().execute", "python"),
        ("fs.promises.open", "javascript"),
        ("JSON.parse", "typescript"),
        (".map", "tsx"),
        ("net/http.Get", "go"),
        ("len", "go"),
        ("std::fs::read", "rust"),
        ("Vec::new", "rust"),
        ("java.util.List().forEach", "java"),
        ("java.lang.String", "java"),
        ("kotlin.io.println", "kotlin"),
        ("System.IO.File.Open", "csharp"),
        ("Net::HTTP.new().get", "ruby"),
        ("strlen", "php"),
        ("printf", "c"),
        ("std::vector().push_back", "cpp"),
        ("Enum.map", "elixir"),
        (":ets.new", "elixir"),
        ("lists:map", "erlang"),
        ("io.open().read", "lua"),
        ("Data.Map.insert", "haskell"),
        ("List.map", "ocaml"),
        ("grep", "bash"),
        ("Foundation.URL().path", "swift"),
        ("scala.collection.mutable.Map", "scala"),
    ],
)
def test_a_language_brings_its_builtins_and_its_standard_library(name: str, language: str) -> None:
    assert origin(name, language) == (True, None)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("requests.get", "python"),
        ("shop.views.index", "python"),
        (".checkout", "python"),
        ("opener", "python"),
        ("lodash.map", "javascript"),
        ("github.com/gin-gonic/gin.New", "go"),
        ("serde::Serialize", "rust"),
        ("com.acme.Shop", "java"),
        ("Acme.Shop", "csharp"),
        ("MyApp.Repo.all", "elixir"),
        ("nothing", "klingon"),
        ("", "python"),
    ],
)
def test_what_nobody_declared_is_unknown(name: str, language: str) -> None:
    assert origin(name, language) == (False, None)


@pytest.mark.parametrize(
    ("purl", "name", "language"),
    [
        ("pkg:pypi/PyYAML@6.0.2", "yaml.safe_load", "python"),
        ("pkg:pypi/scikit-learn", "sklearn.svm.SVC().fit", "python"),
        ("pkg:pypi/beautifulsoup4@4.13", "bs4.BeautifulSoup", "python"),
        ("pkg:pypi/my-lib@1", "my_lib.run", "python"),
        ("pkg:pypi/zope.interface@7", "zope.interface.Interface", "python"),
        ("pkg:npm/lodash@4.17.21", "lodash/fp.map", "javascript"),
        ("pkg:npm/%40scope/db@1.0.0", "@scope/db/sub.Client", "typescript"),
        ("pkg:npm/%40types/express@4", "express.Router", "typescript"),
        ("pkg:golang/github.com/gin-gonic/gin@v1.10.0", "github.com/gin-gonic/gin.New", "go"),
        ("pkg:golang/golang.org/x/net@v0.30.0", "golang.org/x/net/html.Parse", "go"),
        ("pkg:cargo/serde-json@1.0", "serde_json::from_str", "rust"),
        ("pkg:hex/phoenix_live_view@1.0.0", "Phoenix.LiveView.mount", "elixir"),
        ("pkg:hex/my_thing@1.0.0", "MyThing.run", "elixir"),
        ("pkg:hex/cowboy@2.12.0", "cowboy:start_clear", "erlang"),
        ("pkg:maven/com.google.guava/guava@33", "com.google.common.collect.Lists", "java"),
        ("pkg:maven/org.springframework.boot/spring-boot@3", "org.springframework.web.X", "kotlin"),
        ("pkg:maven/io.acme/tool@1", "io.acme.Tool().run", "scala"),
        ("pkg:gem/activerecord@8.0", "ActiveRecord::Base", "ruby"),
        ("pkg:gem/my_gem-extra@1", "MyGem::Extra.run", "ruby"),
        ("pkg:composer/laravel/framework@11", "Illuminate\\Support\\Str::of", "php"),
        ("pkg:nuget/Newtonsoft.Json@13.0.3", "Newtonsoft.Json.JsonConvert", "csharp"),
    ],
)
def test_declared_packages_are_known_by_their_import_names(
    purl: str, name: str, language: str
) -> None:
    knows, package = origin(name, language, declared=(purl,))
    version = purl.rfind("@")
    assert knows
    assert package == (purl[:version] if version > purl.rfind("/") else purl)


def test_a_name_that_only_begins_like_a_package_is_another() -> None:
    assert origin("yamllint.run", "python", declared=("pkg:pypi/pyyaml@6",)) == (False, None)
    assert origin("lodash-es.map", "javascript", declared=("pkg:npm/lodash@4",)) == (False, None)


def test_a_package_of_one_ecosystem_is_none_of_another() -> None:
    assert not origin("redis.get", "javascript", declared=("pkg:pypi/redis@5",))[0]


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("types.py", False),
        ("types/__init__.py", False),
        ("src/types.py", False),
        ("lib/types/core.py", False),
        ("shop/types.py", True),
        ("src/shop/types.py", True),
        ("docs/types.md", True),
    ],
)
def test_only_importable_modules_of_the_code_base_hide_a_library(path: str, known: bool) -> None:
    assert origin("types.SimpleNamespace", "python", paths=(path,))[0] is known


def test_a_module_called_as_a_builtin_does_not_hide_it() -> None:
    assert origin("filter", "python", paths=("filter/core.py",))[0]
    assert not origin("filter.core", "python", paths=("filter/core.py",))[0]


def test_the_code_base_is_not_a_library_of_its_own() -> None:
    declared = ("pkg:pypi/django@5.2", "pkg:maven/com.acme/base@1", "pkg:cargo/parts@1")
    paths = ("django/db/models.py", "src/main/java/com/acme/shop/A.java", "crates/parts/src/lib.rs")
    assert not origin("django.db.models.Model", "python", declared=declared, paths=paths)[0]
    assert not origin("com.acme.shop.A", "java", declared=declared, paths=paths)[0]
    assert origin("com.acme.base.B", "java", declared=declared, paths=paths)[0]
    assert not origin("parts::run", "rust", declared=declared, paths=paths)[0]


def test_a_name_of_the_code_base_behind_a_call_is_its_own() -> None:
    """What `get_object_or_404` gives is what the code base defines."""
    libraries = libraries_of(declared=("pkg:pypi/django@5.2",), paths=())
    assert libraries.knows("django.shortcuts.get_object_or_404().total_price", "python")
    libraries.add_own(["total_price", "get", "append"])
    assert not libraries.knows("django.shortcuts.get_object_or_404().total_price", "python")
    assert libraries.knows("django.shortcuts.get_object_or_404", "python")
    assert libraries.knows("django.http.QueryDict().append", "python")
    assert libraries.knows("django.shortcuts.get", "python")


def test_the_standard_library_knows_itself() -> None:
    """Whose top level holds most of the standard library is not a code base that hides it."""
    from apps.singularity.patterns.engine.names.vocabulary import vocabulary_of

    modules = tuple(f"{name}.py" for name in vocabulary_of("python").modules)
    assert origin("json.loads", "python", paths=modules)[0]


@pytest.mark.parametrize("purl", ["", "pkg:", "pkg:pypi/", "django", "pkg:oci/image@1", "pkg:pypi"])
def test_what_is_no_package_of_a_language_is_passed_over(purl: str) -> None:
    assert origin("django.setup", "python", declared=(purl,)) == (False, None)
