"""Source code as coloured HTML."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.util import ClassNotFound

_LIGHT, _DARK = "xcode", "monokai"


def code_html(text: str, *, language: str, first_line: int) -> SafeString:
    """``text`` with colours and line numbers, once for each theme; every character escaped."""
    lexer = _lexer(language)
    return format_html(
        '<div class="dark:hidden">{}</div><div class="hidden dark:block">{}</div>',
        _coloured(text, lexer, _LIGHT, first_line),
        _coloured(text, lexer, _DARK, first_line),
    )


def _coloured(text: str, lexer: Lexer, style: str, first_line: int) -> SafeString:
    formatter = HtmlFormatter(
        style=style,
        noclasses=True,
        nobackground=True,
        linenos="inline",
        linenostart=first_line,
        prestyles="overflow-x: auto; line-height: 1.5",
    )
    # pygments escapes what it formats
    coloured: str = highlight(text, lexer, formatter)
    return mark_safe(coloured)  # noqa: S308


def _lexer(language: str) -> Lexer:
    """The lexer of a language; plain text where pygments knows none of that name."""
    options = {"stripnl": False, "ensurenl": False}
    try:
        return get_lexer_by_name(language, **options)
    except ClassNotFound:
        return TextLexer(**options)
