"""The choices between which conventions are: a closed list, so that no text of a file is one."""

from __future__ import annotations

from apps.singularity.publishing.engine.refusal import Reason, Refused

_STYLES = frozenset(
    ["snake_case", "camelCase", "PascalCase", "UPPER_CASE", "kebab-case", "Mixed_Case"]
)
_LOGGERS = """
print logging structlog loguru console winston pino debug fmt log log/slog logrus zap println!
tracing System.out slf4j java.util.logging log4j
"""
_CHOICES: dict[str, frozenset[str]] = {
    "assertions": frozenset(["assert", "assert methods"]),
    "async": frozenset(["async", "not async"]),
    "caught exceptions": frozenset(["passed over", "handled"]),
    "constant names": _STYLES,
    "docstrings": frozenset(["have a docstring", "have no docstring"]),
    "except clauses": frozenset(["bare", "broad (Exception)", "specific"]),
    "file names": _STYLES,
    "function names": _STYLES,
    "functions": frozenset(["arrow functions", "function expressions", "function declarations"]),
    "import members": frozenset(["whole modules", "everything (*)", "members"]),
    "import order": frozenset(["in order", "out of order"]),
    "import placement": frozenset(["at the top of the file", "inside functions"]),
    "import targets": frozenset(["relative", "absolute"]),
    "log messages": frozenset(
        [
            "f-strings",
            "given their values as arguments",
            "formatted with %",
            "formatted with str.format",
        ]
    ),
    "logging": frozenset(_LOGGERS.split()),
    "modules": frozenset(["import", "require"]),
    "quotes": frozenset(["double", "single"]),
    "raised in handlers": frozenset(["names its cause", "names no cause"]),
    "result annotations": frozenset(["annotated", "not annotated"]),
    "results": frozenset(["passed on with ?", "unwrapped"]),
    "returned errors": frozenset(["wrapped", "returned as they are", "replaced"]),
    "string formatting": frozenset(["f-strings", "the % operator", "str.format"]),
    "test files": frozenset(["test_*", "*_test", "*.test", "*.spec", "*_spec", "*Test"]),
    "test folders": frozenset(["in a folder of tests", "beside the code"]),
    "test preparation": frozenset(["fixtures", "setUp methods"]),
    "tests": frozenset(["methods of TestCase classes", "methods of plain classes", "functions"]),
    "type names": _STYLES,
    "variables": frozenset(["const", "let", "var"]),
}


def check_convention(measure: str, choice: str) -> None:
    """See that a convention is one of those that are known.

    Raises:
        Refused: it is not.
    """
    if choice not in _CHOICES.get(measure, ()):
        raise Refused(Reason.UNKNOWN_WORD, f"{measure}={choice}")
