"""Python. Symbols: `Outer.method`."""

from apps.singularity.ingestion.engine.languages.model import Definition, Kind, Language, Part
from apps.singularity.ingestion.engine.languages.naming import body_field, field

_BODY = body_field("body")

PYTHON = Language(
    name="python",
    grammar="python",
    extensions=(".py", ".pyi", ".pyw"),
    filenames=("SConstruct", "SConscript", "wscript"),
    shebangs=("python", "pypy"),
    docstrings=True,
    roles={
        "function_definition": Definition(Kind.FUNCTION, field("name"), _BODY),
        "class_definition": Definition(Kind.CLASS, field("name"), _BODY),
        "decorated_definition": Part.WRAPPER,
        "decorator": Part.ATTRIBUTE,
        "comment": Part.COMMENT,
        "string": Part.OPAQUE,
        "list": Part.OPAQUE,
        "tuple": Part.OPAQUE,
        "set": Part.OPAQUE,
        "dictionary": Part.OPAQUE,
    },
)

LANGUAGES = (PYTHON,)
