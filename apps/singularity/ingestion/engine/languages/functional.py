"""Elixir, Erlang, Haskell and OCaml.

Symbols: `Module.function/arity` (Elixir), `function/arity` (Erlang), `function` and
`Class.method` (Haskell), `Module.value` (OCaml).
"""

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
    body_child,
    body_field,
    child_of,
    descend,
    field,
    first,
    no_body,
    plain_field,
    text_of,
)

_BODY = body_field("body")


def _elixir_head(node: Node) -> Node | None:
    """The `name(arguments)` of a `def`, its guard and its one-line body left out."""
    arguments = child_of(node, ("arguments",))
    head = next(iter(arguments.named_children), None) if arguments else None
    if head is not None and head.type == "binary_operator":
        head = head.child_by_field_name("left")
    return head


def _elixir_function(node: Node, source: bytes) -> str:
    head = _elixir_head(node)
    if head is None or head.type != "call":
        return f"{text_of(head, source)}/0" if head else ""
    arguments = child_of(head, ("arguments",))
    arity = arguments.named_child_count if arguments else 0
    return f"{text_of(head.child_by_field_name('target'), source)}/{arity}"


def _elixir_module(node: Node, source: bytes) -> str:
    arguments = child_of(node, ("arguments",))
    named = next(iter(arguments.named_children), None) if arguments else None
    return text_of(named, source)


def _elixir_body(node: Node) -> Node | None:
    """A `do` block, or the `do:` of the short form."""
    if block := child_of(node, ("do_block",)):
        return block
    arguments = child_of(node, ("arguments",))
    return child_of(arguments, ("keywords",)) if arguments else None


def _elixir_call(node: Node, source: bytes) -> Decision:
    """Elixir has no keywords for definitions: they are calls to macros."""
    return _ELIXIR_CALLS.get(text_of(node.child_by_field_name("target"), source))


def _elixir_attribute(node: Node, source: bytes) -> Decision:
    """`@doc` is a comment to what follows, `@spec` and its like are attributes of it."""
    name = text_of(descend(node, ("operand", "target")), source)
    return _ELIXIR_ATTRIBUTES.get(name)


def _elixir(kind: Kind, *words: str) -> dict[str, Definition]:
    types = kind is not Kind.FUNCTION and kind is not Kind.MACRO
    namer = _elixir_module if types else _elixir_function
    role = Definition(kind, namer, _elixir_body, open=types, clauses=not types)
    return dict.fromkeys(words, role)


_ELIXIR_CALLS = {
    **_elixir(Kind.FUNCTION, "def", "defp", "defdelegate", "defguard", "defguardp", "defn"),
    **_elixir(Kind.MACRO, "defmacro", "defmacrop"),
    **_elixir(Kind.MODULE, "defmodule"),
    **_elixir(Kind.IMPLEMENTATION, "defimpl"),
    **_elixir(Kind.INTERFACE, "defprotocol"),
}
_ELIXIR_ATTRIBUTES: dict[str, Part] = {
    **dict.fromkeys(("doc", "typedoc"), Part.COMMENT),
    "moduledoc": Part.INNER_COMMENT,
    **dict.fromkeys(("spec", "impl", "deprecated", "since", "dialyzer"), Part.ATTRIBUTE),
}
_ELIXIR: dict[str, Role] = {
    "call": _elixir_call,
    "unary_operator": _elixir_attribute,
    "comment": Part.COMMENT,
    "list": Part.OPAQUE,
    "map": Part.OPAQUE,
    "string": Part.OPAQUE,
}


def _erlang_function(node: Node, source: bytes) -> str:
    clause = child_of(node, ("function_clause",))
    arguments = descend(clause, ("args",))
    arity = arguments.named_child_count if arguments else 0
    return f"{text_of(descend(clause, ('name',)), source)}/{arity}" if clause else ""


def _erlang_body(node: Node) -> Node | None:
    return descend(child_of(node, ("function_clause",)), ("body",))


_ERLANG: dict[str, Role] = {
    "fun_decl": Definition(Kind.FUNCTION, _erlang_function, _erlang_body, clauses=True),
    "record_decl": Definition(Kind.STRUCT, field("name"), no_body),
    "type_alias": Definition(Kind.TYPE, field("name"), no_body),
    "spec": Part.ATTRIBUTE,
    "comment": Part.COMMENT,
}

_HASKELL_BODY = body_field("declarations")
_HASKELL: dict[str, Role] = {
    "declarations": Part.TRANSPARENT,
    "imports": Part.TRANSPARENT,
    "signature": Definition(Kind.FUNCTION, field("name"), no_body, clauses=True),
    "function": Definition(Kind.FUNCTION, field("name"), body_field("match"), clauses=True),
    "bind": Definition(Kind.FUNCTION, field("name"), body_field("match"), clauses=True),
    "data_type": Definition(Kind.TYPE, field("name"), no_body),
    "newtype": Definition(Kind.TYPE, field("name"), no_body),
    "type_synomym": Definition(Kind.TYPE, field("name"), no_body),
    "class": Definition(Kind.TRAIT, field("name"), _HASKELL_BODY),
    "instance": Definition(Kind.IMPLEMENTATION, field("name"), _HASKELL_BODY),
    "haddock": Part.COMMENT,
    "comment": Part.COMMENT,
}


def _ocaml_binding(node: Node, source: bytes) -> Decision:
    """`let f x = ...` is a function, `let x = ...` a statement."""
    if child_of(node, ("parameter",)):
        return _OCAML_FUNCTION
    body = node.child_by_field_name("body")
    functions = ("function_expression", "fun_expression")
    return _OCAML_FUNCTION if body and body.type in functions else None


def _ocaml_structure(node: Node) -> Node | None:
    return node.child_by_field_name("body") or child_of(node, ("signature", "structure"))


_OCAML_FUNCTION = Definition(Kind.FUNCTION, field("pattern"), _BODY)
_OCAML: dict[str, Role] = {
    "value_definition": Part.WRAPPER,
    "let_binding": _ocaml_binding,
    "value_specification": Definition(Kind.FUNCTION, first("value_name"), no_body),
    "external": Definition(Kind.FUNCTION, first("value_name"), no_body),
    "type_definition": Part.WRAPPER,
    "type_binding": Definition(Kind.TYPE, plain_field("name"), no_body),
    "module_definition": Part.WRAPPER,
    "module_binding": Definition(Kind.MODULE, first("module_name"), _ocaml_structure, open=True),
    "module_type_definition": Definition(
        Kind.INTERFACE, first("module_type_name"), body_child("signature")
    ),
    "class_definition": Part.WRAPPER,
    "class_binding": Definition(Kind.CLASS, first("class_name"), _BODY),
    "method_definition": Definition(Kind.METHOD, first("method_name"), _BODY),
    "comment": Part.COMMENT,
}

LANGUAGES = (
    Language(
        name="elixir",
        grammar="elixir",
        extensions=(".ex", ".exs"),
        shebangs=("elixir",),
        roles=_ELIXIR,
    ),
    Language(
        name="erlang",
        grammar="erlang",
        extensions=(".erl", ".hrl", ".escript"),
        filenames=("rebar.config",),
        shebangs=("escript",),
        roles=_ERLANG,
    ),
    Language(
        name="haskell",
        grammar="haskell",
        extensions=(".hs",),
        shebangs=("runhaskell", "runghc", "stack"),
        roles=_HASKELL,
    ),
    Language(name="ocaml", grammar="ocaml", extensions=(".ml",), shebangs=("ocaml",), roles=_OCAML),
    Language(
        name="ocaml_interface",
        grammar="ocaml_interface",
        extensions=(".mli",),
        roles={
            name: role
            for name, role in _OCAML.items()
            if name not in {"method_definition", "class_binding", "class_definition"}
        },
    ),
)
