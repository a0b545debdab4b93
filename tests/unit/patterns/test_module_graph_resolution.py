"""Imports lead to the file that the language would load, and else out of the code base."""

from __future__ import annotations

import pytest

from apps.singularity.patterns.engine.architecture import Package, SourceFile, module_graph
from apps.singularity.patterns.engine.facts import TypeDefinition
from tests.common.factories.architecture import source

FILE, FOLDER = "the file", "its folder"

FILE, FOLDER = "the file", "its folder"


def targets(
    importing: SourceFile, *others: str | SourceFile, packages: list[Package] | None = None
) -> list[str]:
    """The modules that ``importing`` depends on, beside files of the other paths."""
    files = [other if isinstance(other, SourceFile) else source(other) for other in others]
    graph = module_graph([importing, *files], packages or [])
    return [d.target for d in graph.dependencies if d.path == importing.path]


@pytest.mark.parametrize(
    ("path", "imported", "others", "expected"),
    [
        ("a.py", "b", ["b.py"], ["b.py"]),
        ("a.py", "pkg", ["pkg/__init__.py"], ["pkg/__init__.py"]),
        ("a.py", "pkg.b", ["pkg/__init__.py", "pkg/b.py"], ["pkg/b.py"]),
        ("a.py", "pkg: b, C", ["pkg/__init__.py", "pkg/b.py"], ["pkg/__init__.py", "pkg/b.py"]),
        ("a.py", "pkg.b: C", ["pkg/__init__.py", "pkg/b.py"], ["pkg/b.py"]),
        ("pkg/a.py", ".: b", ["pkg/__init__.py", "pkg/b.py"], ["pkg/b.py"]),
        ("pkg/a.py", ".b: x", ["pkg/__init__.py", "pkg/b.py"], ["pkg/b.py"]),
        ("pkg/sub/a.py", "..b", ["pkg/b.py"], ["pkg/b.py"]),
        ("pkg/a.py", "...b", ["b.py"], []),
        ("tests/test_a.py", "pkg.b", ["src/pkg/__init__.py", "src/pkg/b.py"], ["src/pkg/b.py"]),
        ("tools/a.py", "pkg: b", ["lib/pkg/__init__.py", "lib/pkg/b.py"], ["lib/pkg/b.py"]),
        ("x/a.py", "space.part: b", ["x/space/part/b.py"], ["x/space/part/b.py"]),
        ("pkg/a.py", "types", ["pkg/__init__.py", "pkg/types.py"], []),
        ("pkg/a.py", "json", ["other/json.py"], []),
        ("a.py", "os.path: join", ["os.py"], ["os.py"]),
        ("a.py", "django.db: models", ["b.py"], []),
        ("pkg/a.py", "pkg.b: *", ["pkg/__init__.py", "pkg/b.py"], ["pkg/b.py"]),
    ],
)
def test_python(path: str, imported: str, others: list[str], expected: list[str]) -> None:
    assert targets(source(path, imported), *others) == expected


def test_a_python_code_base_may_be_the_inside_of_a_package() -> None:
    importing = source(
        "db/a.py", "web.http.request: Request", "web: views", "os.path", "json.decoder"
    )
    others = ["__init__.py", "http/__init__.py", "http/request.py", "views.py", "db/web.py"]
    assert targets(importing, *others) == ["http/request.py", "views.py"]


@pytest.mark.parametrize(
    ("path", "imported", "others", "expected"),
    [
        ("src/a.js", "./b", ["src/b.js"], ["src/b.js"]),
        ("src/a.ts", "./b.js", ["src/b.ts"], ["src/b.ts"]),
        ("src/a.tsx", "../lib", ["lib/index.ts"], ["lib/index.ts"]),
        ("src/a.tsx", ".", ["src/index.ts"], ["src/index.ts"]),
        ("web/src/x/a.ts", "@/y/b: c", ["web/src/y/b.tsx"], []),
        ("src/x/a.ts", "@/y/b: c", ["src/y/b.tsx"], ["src/y/b.tsx"]),
        ("a.js", "react", ["react/index.js"], []),
        ("src/a.js", "./b.json", ["src/b.js"], []),
        ("src/a.js", "../../b", ["b.js"], []),
    ],
)
def test_javascript(path: str, imported: str, others: list[str], expected: list[str]) -> None:
    assert targets(source(path, imported), *others) == expected


def test_javascript_packages_of_a_workspace_and_path_aliases() -> None:
    packages = [
        Package("packages/core/package.json", "npm", name="@acme/core"),
        Package("web/package.json", "npm", name="web", aliases=(("~lib/", "web/lib/"),)),
    ]
    importing = source("web/a.ts", "@acme/core", "@acme/core/util", "~lib/b", "@acme/missing")
    others = ["packages/core/src/index.ts", "packages/core/src/util.ts", "web/lib/b.ts"]
    assert targets(importing, *others, packages=packages) == sorted(others)


@pytest.mark.parametrize(
    ("imported", "declared", "expected"),
    [
        ("example.org/shop/internal/store", "example.org/shop", ["internal/store"]),
        ("example.org/shop/internal/store", "", ["internal/store"]),
        ("example.org/other/internal/store", "example.org/shop", []),
        ("example.org/shop/missing", "example.org/shop", []),
        ("internal/store", "", []),
    ],
)
def test_go_imports_folders(imported: str, declared: str, expected: list[str]) -> None:
    packages = [Package("go.mod", "golang", name=declared)] if declared else []
    others = ["internal/store/a.go", "internal/store/b.go"]
    assert targets(source("cmd/main.go", imported), *others, packages=packages) == expected


@pytest.mark.parametrize(
    ("path", "imported", "expected"),
    [
        ("src/main.rs", "crate::net: Client", ["src/net/mod.rs"]),
        ("src/main.rs", "crate::net: http", ["src/net/http.rs"]),
        ("src/main.rs", "crate::net::http: Get, Post", ["src/net/http.rs"]),
        ("src/net/http.rs", "super: Client", ["src/net/mod.rs"]),
        ("src/net/http.rs", "super::tcp", ["src/net/tcp.rs"]),
        ("src/net/mod.rs", "self::tcp", ["src/net/tcp.rs"]),
        ("src/net/mod.rs", "mod tcp", ["src/net/tcp.rs"]),
        ("src/main.rs", "std::fs", []),
        ("src/main.rs", "tokio::net", []),
    ],
)
def test_rust(path: str, imported: str, expected: list[str]) -> None:
    paths = ["src/main.rs", "src/net/mod.rs", "src/net/http.rs", "src/net/tcp.rs"]
    others = [other for other in paths if other != path]
    assert targets(source(path, imported), *others) == expected


def test_rust_crates_of_a_workspace_import_each_other() -> None:
    importing = source("crates/app/src/main.rs", "my_store::disk: Log")
    others = ["crates/my-store/src/lib.rs", "crates/my-store/src/disk.rs"]
    assert targets(importing, *others) == ["crates/my-store/src/disk.rs"]


@pytest.mark.parametrize(
    ("path", "imported", "other", "expected"),
    [
        ("src/a/Main.java", "org.shop.Order", "src/org/shop/Order.java", FILE),
        ("src/a/Main.java", "org.shop.Order.Line", "src/org/shop/Order.java", FILE),
        ("src/a/Main.java", "org.shop.*", "src/org/shop/Order.java", FILE),
        ("src/a/Main.java", "java.util.List", "src/org/shop/List.java", ""),
        ("src/a/Main.kt", "org.shop.Order", "src/org/shop/Order.kt", FILE),
        ("Shop/Api/A.cs", "Shop.Domain", "Shop/Domain/B.cs", FOLDER),
        ("src/Shop.Api/A.cs", "Shop.Domain.Orders", "src/Shop.Domain/Orders/B.cs", FOLDER),
        ("Shop/Api/A.cs", "System.Linq", "Shop/Domain/B.cs", ""),
        ("app/a.php", "App\\Models\\User", "app/Models/User.php", FILE),
        ("app/a.php", "Vendor\\Thing", "app/Models/User.php", ""),
        ("lib/shop/a.ex", "Shop.Store.Order", "lib/shop/store/order.ex", FILE),
        ("src/Main.hs", "Data.Tree", "src/Data/Tree.hs", FILE),
        ("src/a.c", '"util.h"', "src/util.h", FILE),
        ("src/a.c", '"net/util.h"', "include/net/util.h", FILE),
        ("src/a.c", "<stdio.h>", "src/stdio.h", ""),
        ("src/a.c", "<net/util.h>", "include/net/util.h", FILE),
        ("lib/a.rb", "shop/order", "lib/shop/order.rb", FILE),
        ("lib/x/a.rb", "./b", "lib/x/b.rb", FILE),
        ("a.rb", "json", "lib/json.rb", ""),
        ("a.lua", "shop.order", "shop/order.lua", FILE),
        ("bin/a.sh", "./b.sh", "bin/b.sh", FILE),
        ("p/a.proto", "p/b.proto", "p/b.proto", FILE),
    ],
)
def test_other_languages(path: str, imported: str, other: str, expected: str) -> None:
    wanted = {FILE: [other], FOLDER: [other.rpartition("/")[0]], "": []}[expected]
    assert targets(source(path, imported), other) == wanted


def test_elixir_modules_are_found_where_they_are_defined() -> None:
    defining = SourceFile(
        "lib/odd_place.ex", "elixir", 9, types=(TypeDefinition("Shop.Cart", "module", 1, 9),)
    )
    assert targets(source("lib/a.ex", "Shop.Cart"), defining) == ["lib/odd_place.ex"]


def test_of_two_files_that_end_alike_the_nearer_is_taken() -> None:
    importing = source("one/src/a.c", '"x/util.h"')
    assert targets(importing, "one/include/x/util.h", "two/include/x/util.h") == [
        "one/include/x/util.h"
    ]
