"""A class that no stylesheet knows does nothing, and nobody notices."""

import re
from pathlib import Path

import unfold
from django.template.base import Lexer, TokenType

from tests.common.processes import CHECKOUT

TEMPLATES = CHECKOUT / "templates"
STYLES = Path(unfold.__file__).parent / "static" / "unfold" / "css" / "styles.css"


def text_of(template: Path) -> str:
    """The template without its tags: each leaves a mark, for a class may be put together."""
    tokens = Lexer(template.read_text()).tokenize()
    return "".join(t.contents if t.token_type == TokenType.TEXT else " {} " for t in tokens)


def classes_of(styles: str) -> set[str]:
    return {re.sub(r"\\(.)", r"\1", name) for name in re.findall(r"\.((?:\\.|[\w-])+)", styles)}


def test_every_class_of_a_template_is_in_a_stylesheet() -> None:
    texts = {path: text_of(path) for path in TEMPLATES.rglob("*.html")}
    own = "".join(re.findall(r"(?s)<style.*?</style>", "".join(texts.values())))
    own += "".join(path.read_text() for path in CHECKOUT.glob("apps/*/*/static/**/*.css"))
    known = classes_of(STYLES.read_text()) | classes_of(own)
    unknown = {
        (str(path.relative_to(TEMPLATES)), name)
        for path, text in texts.items()
        for value in re.findall(r'class="([^"]*)"', text)
        for name in value.split()
        if "{}" not in name and not name.endswith("-") and name not in known
    }
    assert unknown == set()
