"""Ruby, PHP, Lua and Bash. Symbols: `Module.Class.method`, and `M.join` for Lua's `M:join`."""

from tree_sitter import Node

from apps.singularity.ingestion.engine.languages.model import (
    Decision,
    Definition,
    Kind,
    Language,
    Part,
    Role,
)
from apps.singularity.ingestion.engine.languages.naming import (
    body_field,
    child_of,
    field,
    first,
    plain_field,
)

_BODY = body_field("body")

_RUBY: dict[str, Role] = {
    "module": Definition(Kind.MODULE, plain_field("name"), _BODY, open=True),
    "class": Definition(Kind.CLASS, plain_field("name"), _BODY),
    "method": Definition(Kind.FUNCTION, field("name"), _BODY),
    "singleton_method": Definition(Kind.FUNCTION, field("name"), _BODY),
    "singleton_class": Part.TRANSPARENT,
    "array": Part.OPAQUE,
    "heredoc_body": Part.OPAQUE,
    "comment": Part.COMMENT,
}


def _php_namespace(node: Node, source: bytes) -> Decision:
    """Only a namespace in braces holds what follows; the short form is a statement."""
    return _PHP_NAMESPACE if node.child_by_field_name("body") else None


_PHP_NAMESPACE = Definition(Kind.MODULE, plain_field("name"), _BODY, open=True)
_PHP: dict[str, Role] = {
    "class_declaration": Definition(Kind.CLASS, field("name"), _BODY),
    "interface_declaration": Definition(Kind.INTERFACE, field("name"), _BODY),
    "trait_declaration": Definition(Kind.TRAIT, field("name"), _BODY),
    "enum_declaration": Definition(Kind.ENUM, field("name"), _BODY),
    "function_definition": Definition(Kind.FUNCTION, field("name"), _BODY),
    "method_declaration": Definition(Kind.METHOD, field("name"), _BODY),
    "namespace_definition": _php_namespace,
    "array_creation_expression": Part.OPAQUE,
    "comment": Part.COMMENT,
}


def _lua_assignment(node: Node, source: bytes) -> Decision:
    """`M.last = function ... end` defines a function."""
    values = child_of(node, ("expression_list",))
    return _LUA_ASSIGNED if values and child_of(values, ("function_definition",)) else None


def _lua_function(node: Node, source: bytes) -> Decision:
    """A colon before the name says that the function is a method."""
    name = node.child_by_field_name("name")
    return _LUA_METHOD if name and name.type == "method_index_expression" else _LUA_FUNCTION


def _lua_body(node: Node) -> Node | None:
    values = child_of(node, ("expression_list",))
    function = child_of(values, ("function_definition",)) if values else None
    return function.child_by_field_name("body") if function else None


_LUA_ASSIGNED = Definition(Kind.FUNCTION, first("variable_list"), _lua_body)
_LUA_FUNCTION = Definition(Kind.FUNCTION, plain_field("name"), _BODY)
_LUA_METHOD = Definition(Kind.METHOD, plain_field("name"), _BODY)

_LUA: dict[str, Role] = {
    "function_declaration": _lua_function,
    "assignment_statement": _lua_assignment,
    "variable_declaration": Part.WRAPPER,
    "table_constructor": Part.OPAQUE,
    "comment": Part.COMMENT,
}

_BASH: dict[str, Role] = {
    "function_definition": Definition(Kind.FUNCTION, field("name"), _BODY),
    "heredoc_body": Part.OPAQUE,
    "array": Part.OPAQUE,
    "comment": Part.COMMENT,
}

LANGUAGES = (
    Language(
        name="ruby",
        grammar="ruby",
        extensions=(".rb", ".rake", ".gemspec", ".ru"),
        filenames=("Rakefile", "Gemfile", "Guardfile", "Vagrantfile", "Podfile", "Brewfile"),
        shebangs=("ruby", "jruby"),
        roles=_RUBY,
    ),
    Language(
        name="php",
        grammar="php",
        extensions=(".php", ".phtml", ".php5", ".inc"),
        shebangs=("php",),
        roles=_PHP,
    ),
    Language(
        name="lua",
        grammar="lua",
        extensions=(".lua",),
        shebangs=("lua", "luajit", "texlua"),
        roles=_LUA,
    ),
    Language(
        name="bash",
        grammar="bash",
        extensions=(".sh", ".bash", ".zsh", ".ksh", ".bats"),
        filenames=(".bashrc", ".bash_profile", ".profile", ".zshrc", "PKGBUILD"),
        shebangs=("bash", "sh", "zsh", "ksh", "dash", "ash"),
        roles=_BASH,
    ),
)
