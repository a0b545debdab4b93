"""Which description holds for which language."""

from __future__ import annotations

from apps.singularity.patterns.engine.names.languages.csharp import CSHARP
from apps.singularity.patterns.engine.names.languages.functional import (
    ELIXIR,
    ERLANG,
    HASKELL,
    OCAML,
    OCAML_INTERFACE,
)
from apps.singularity.patterns.engine.names.languages.golang import GO
from apps.singularity.patterns.engine.names.languages.javascript import JAVASCRIPT, TYPESCRIPT
from apps.singularity.patterns.engine.names.languages.jvm import JAVA
from apps.singularity.patterns.engine.names.languages.kotlin import KOTLIN, SCALA
from apps.singularity.patterns.engine.names.languages.native import CPP, SWIFT, C
from apps.singularity.patterns.engine.names.languages.python import PYTHON
from apps.singularity.patterns.engine.names.languages.rust import RUST
from apps.singularity.patterns.engine.names.languages.scripting import BASH, LUA, PHP, RUBY
from apps.singularity.patterns.engine.names.model import NameTable

_TABLES: dict[str, NameTable] = {
    "bash": BASH,
    "c": C,
    "cpp": CPP,
    "csharp": CSHARP,
    "elixir": ELIXIR,
    "erlang": ERLANG,
    "go": GO,
    "haskell": HASKELL,
    "java": JAVA,
    "javascript": JAVASCRIPT,
    "kotlin": KOTLIN,
    "lua": LUA,
    "ocaml": OCAML,
    "ocaml_interface": OCAML_INTERFACE,
    "php": PHP,
    "python": PYTHON,
    "ruby": RUBY,
    "rust": RUST,
    "scala": SCALA,
    "swift": SWIFT,
    "tsx": TYPESCRIPT,
    "typescript": TYPESCRIPT,
}


def table_of(language: str) -> NameTable | None:
    """The description of a language's names, None when it has none (markup, SQL)."""
    return _TABLES.get(language)
