"""What the node kinds of all grammars are to the encoding, told by how grammars name them.

Tree-sitter grammars follow one another in naming: a few patterns over the names hold for all of
the grammars in use, and what they miss is encoded as a plain production, which is never wrong.
"""

from __future__ import annotations

import re
from enum import IntEnum, auto
from functools import cache


class Role(IntEnum):
    """How nodes of a kind are encoded."""

    PLAIN = auto()
    """A production, or an identifier when it has no children."""
    COMMENT = auto()
    """Dropped."""
    IDENTIFIER = auto()
    STRING = auto()
    NUMBER = auto()
    WORD = auto()
    """A leaf whose text is part of the language."""
    ITEMS = auto()
    """A list with separators."""
    STATEMENTS = auto()
    """A list of statements or members."""
    TAIL = auto()
    """A production whose last children are statements, as a ``case``."""


_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = tuple(
    (role, re.compile(pattern))
    for role, pattern in (
        (
            Role.COMMENT,
            (
                r"(^|_)(comment|shebang|shebang_line|hash_bang_line|line_continuation"
                r"|empty_statement|heredoc_end)$"
            ),
        ),
        (
            Role.WORD,
            (
                r"^(true|false|none|null|nil|nil_literal|null_literal|null_lit|self|self_expression|this"
                r"|this_expression|super|super_expression|undefined|boolean|bool|boolean_literal|bool_lit"
                r"|crate|ellipsis|iota|blank_identifier|predefined_type|primitive_type|void_type"
                r"|boolean_type|integral_type|floating_point_type|type_qualifier|mutable_specifier"
                r"|storage_class_specifier|visibility_modifier|operator|modifier|accessibility_modifier"
                r"|function_modifier|member_modifier|inheritance_modifier|property_modifier|wildcard"
                r"|unit|keyword_\w+|underscore_pattern|optional_chain|import_prefix)$"
            ),
        ),
        (
            Role.STRING,
            (
                r"(^|_)(strings?|char|character|charlist|regexp?|heredoc|heredoc_body|nowdoc|sigil|rune"
                r"|symbol|text|rawstring)(_literal|_expression|_array|_lit|_value)?$"
                r"|^(encapsed_string|heredoc_beginning|template_literal|attribute_value"
                r"|quoted_attribute_value|color_value|quoted_string|quoted_atom)$"
            ),
        ),
        (
            Role.NUMBER,
            (
                r"(^|_)(integer|float|number|int|real|decimal|rational|imaginary|complex|hex|bin|long"
                r"|unsigned|decimal_integer|hex_integer|octal_integer|binary_integer|floating_point"
                r"|decimal_floating_point|hex_floating_point)(_literal|_lit|_value)?$"
            ),
        ),
        (
            Role.IDENTIFIER,
            (
                r"^(?!.*(scoped|nested|dotted|qualified|generic|stable|interpolated|splice))"
                r"(.*_)?identifier(_pattern)?$"
                r"|^(constant|word|variable_name|simple_variable|atom|hash_key_symbol)$"
            ),
        ),
        (
            Role.TAIL,
            (
                r"^(switch_case|switch_default|case_statement|expression_case|default_case|type_case"
                r"|communication_case|switch_block_statement_group|switch_section|switch_entry)$"
            ),
        ),
        (
            Role.STATEMENTS,
            (
                r"(^|_)(block|body|module|program|source_file|source|chunk|suite|translation_unit"
                r"|compilation_unit|document|stylesheet|statements|compound_statement|declaration_list"
                r"|statement_list|do_group|then|declarations|block_body|body_statement|unit_body|match_block|ERROR)$"
            ),
        ),
        (
            Role.ITEMS,
            (
                r"(^|_)(arguments?|argument_list|args|parameters?|parameter_list|list|array|object"
                r"|dictionary|map|map_content|tuple|set|hash|table|tuple_expression|array_expression"
                r"|array_initializer|list_expression|array_literal|dictionary_literal|literal_value"
                r"|named_imports|export_clause|object_pattern|array_pattern|tuple_pattern|list_pattern"
                r"|initializer_list|enumerator_list|keywords|class_heritage|token_tree|exports"
                r"|table_constructor|array_creation_expression|expressions)$"
            ),
        ),
    )
)
_NO_ITEMS = re.compile(
    r"^(formal_parameter|parameter|simple_parameter|required_parameter|optional_parameter|.*_type"
    r"|argument|value_argument|keyword_argument|typed_parameter|default_parameter|class_parameter"
    r"|typed_default_parameter|catch_formal_parameter|type_parameter|block_argument"
    r"|splat_argument|.*splat_parameter|block_parameter|keyword_parameter|rest_parameter"
    r"|spread_parameter|variadic_(parameter|argument)|self_parameter|const_parameter"
    r"|property_promotion_parameter|lifetime_parameter|using_(list|set)|.*_set)$"
)


@cache
def role_of(kind: str) -> Role:
    """The role of a node kind by its name."""
    for role, pattern in _ROLES:
        if pattern.search(kind) and not (role is Role.ITEMS and _NO_ITEMS.match(kind)):
            return role
    return Role.PLAIN
