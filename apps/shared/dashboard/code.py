"""Templates of patterns as coloured HTML, their metavariables marked."""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

CODE_CLASS = "pattern-code"
_LIGHT, _DARK = "xcode", "monokai"
_IDIOM, _CALLS = "idiom", {"api_set", "api_order"}
_ALIASES = {"ocaml_interface": "ocaml"}
_METAVARIABLE = re.compile(r"\${3}[A-Z0-9_]*|\$[A-Z_][A-Z0-9_]*")
_STAND_IN = re.compile(r"mETAv(\d+)v")
"""What a lexer sees in a metavariable's place: a name, in every language."""


def pattern_html(kind: str, language: str, text: str) -> SafeString:
    """A pattern's template: an idiom as code, calls as names, the others as sentences."""
    if kind == _IDIOM:
        form, lexed = "", language
    elif kind in _CALLS:
        form, lexed = "pattern-calls", language
    else:
        form, lexed = "pattern-sentence", ""
    return format_html(
        '<div class="{} {} text-important">{}</div>', CODE_CLASS, form, template_html(text, lexed)
    )


@lru_cache(maxsize=2048)
def template_html(text: str, language: str) -> SafeString:
    """``text`` with classes for `code_styles` to colour; every character escaped."""
    found: list[str] = []

    def hide(match: re.Match[str]) -> str:
        found.append(match[0])
        return f"mETAv{len(found) - 1}v"

    def show(match: re.Match[str]) -> str:
        return f"<var>{escape(found[int(match[1])])}</var>"

    lexer, formatter = _lexer(language), HtmlFormatter(nowrap=True)
    coloured: str = highlight(_METAVARIABLE.sub(hide, text), lexer, formatter)
    # pygments escapes what it formats, and what is put back is escaped above
    return mark_safe(_STAND_IN.sub(show, coloured))  # noqa: S308


@lru_cache(maxsize=1)
def code_styles() -> SafeString:
    """The stylesheet of coloured templates, for both themes."""
    light = HtmlFormatter(style=_LIGHT).get_style_defs(f".{CODE_CLASS}")
    dark = HtmlFormatter(style=_DARK).get_style_defs(f".dark .{CODE_CLASS}")
    rules = [line for line in f"{light}\n{dark}".splitlines() if "background" not in line]
    return mark_safe("\n".join(rules))  # noqa: S308  pygments' own, nothing of anybody else


def _lexer(language: str) -> Lexer:
    options = {"stripnl": False, "ensurenl": False, "startinline": True}
    try:
        return get_lexer_by_name(_ALIASES.get(language, language), **options)
    except ClassNotFound:
        return TextLexer(**options)
