"""What chunks of a real-looking file in every language are called, and what they hold."""

from pathlib import Path
from textwrap import indent

import pytest

from apps.singularity.ingestion.engine.chunking import Chunk, chunk_text
from apps.singularity.ingestion.engine.languages import LANGUAGES, Kind

SAMPLES = Path(__file__).parent / "samples"
SMALL = 48  # tokens: enough for a method, too few for a class

EXPECTED: dict[str, list[tuple[str, str]]] = {
    "python": [
        ("function", "audited"),
        ("function", "audited.wrapper"),
        ("class", "Account"),
        ("method", "Account.__init__"),
        ("method", "Account.withdraw"),
        ("method", "Account.history"),
    ],
    "javascript": [
        ("function", "loadJson"),
        ("function", "sleep"),
        ("class", "Queue"),
        ("method", "Queue.push"),
        ("method", "Queue.from"),
        ("method", "Queue.drain"),
        ("function", "Row"),
        ("function", "module.exports.retry"),
    ],
    "typescript": [
        ("interface", "Closable"),
        ("type", "Handler"),
        ("enum", "Level"),
        ("class", "Pool"),
        ("method", "Pool.constructor"),
        ("method", "Pool.acquire"),
        ("method", "Pool.open"),
        ("method", "Pool.close"),
        ("module", "Routes"),
        ("function", "Routes.match"),
    ],
    "tsx": [("interface", "Props"), ("function", "Counter"), ("function", "Zero")],
    "rust": [
        ("enum", "StackError"),
        ("struct", "Stack"),
        ("trait", "Sized2"),
        ("implementation", "Stack"),
        ("method", "Stack.new"),
        ("method", "Stack.push"),
        ("method", "Stack.fmt"),
        ("module", "tests"),
        ("function", "tests.starts_empty"),
        ("macro", "stack"),
    ],
    "go": [
        ("struct", "Buffer"),
        ("interface", "Writer"),
        ("function", "New"),
        ("method", "Buffer.Write"),
        ("method", "Set.Len"),
    ],
    "java": [
        ("class", "Store"),
        ("method", "Store.Store"),
        ("method", "Store.get"),
        ("enum", "Store.Event"),
        ("interface", "Closeable"),
        ("class", "Point"),
    ],
    "kotlin": [
        ("class", "Call"),
        ("method", "Call.again"),
        ("class", "Call.Companion"),
        ("interface", "Sender"),
        ("class", "Defaults"),
        ("enum", "State"),
        ("function", "twice"),
    ],
    "scala": [
        ("trait", "Shape"),
        ("class", "Circle"),
        ("method", "Circle.area"),
        ("method", "Circle.scale"),
        ("enum", "Colour"),
    ],
    "c": [
        ("struct", "node"),
        ("struct", "list_t"),
        ("enum", "order"),
        ("function", "list_push"),
        ("function", "list_print"),
        ("function", "handler"),
    ],
    "cpp": [
        ("module", "geo"),
        ("module", "geo.detail"),
        ("function", "geo.detail.snap"),
        ("class", "geo.Path"),
        ("method", "geo.Path.Path"),
        ("method", "geo.Path.~Path"),
        ("method", "geo.Path.add"),
        ("method", "geo.Path.operator=="),
        ("method", "geo.Path.length"),
        ("enum", "geo.Unit"),
        ("struct", "geo.Box"),
        ("function", "geo_version"),
    ],
    "csharp": [
        ("module", "Example.Billing"),
        ("class", "Example.Billing.Invoice"),
        ("method", "Example.Billing.Invoice.Invoice"),
        ("method", "Example.Billing.Invoice.Add"),
        ("interface", "Example.Billing.IDocument"),
        ("struct", "Example.Billing.Line"),
        ("enum", "Example.Billing.Status"),
        ("class", "Example.Billing.Customer"),
    ],
    "ruby": [
        ("module", "Shop"),
        ("class", "Shop.Basket"),
        ("method", "Shop.Basket.initialize"),
        ("method", "Shop.Basket.add"),
        ("method", "Shop.Basket.of"),
        ("function", "show"),
    ],
    "php": [
        ("class", "Mailer"),
        ("method", "Mailer.send"),
        ("interface", "Sender"),
        ("trait", "Logs"),
        ("enum", "Status"),
        ("function", "greet"),
    ],
    "swift": [
        ("class", "Board"),
        ("method", "Board.init"),
        ("method", "Board.add"),
        ("struct", "Point"),
        ("interface", "Drawable"),
        ("enum", "Side"),
        ("implementation", "Point"),
        ("function", "reset"),
    ],
    "elixir": [
        ("module", "Shop.Cart"),
        ("function", "Shop.Cart.add/2"),
        ("function", "Shop.Cart.count/1"),
        ("macro", "Shop.Cart.debug/0"),
        ("function", "Shop.Cart.init/1"),
        ("implementation", "String.Chars"),
        ("method", "String.Chars.to_string/1"),
    ],
    "erlang": [("struct", "counter"), ("function", "new/0"), ("function", "bump/2")],
    "haskell": [
        ("type", "Shape"),
        ("trait", "Named"),
        ("implementation", "Named"),
        ("type", "Area"),
        ("function", "area"),
        ("function", "total"),
    ],
    "ocaml": [
        ("type", "tree"),
        ("function", "insert"),
        ("module", "Set"),
        ("function", "Set.add"),
        ("interface", "Ordered"),
    ],
    "ocaml_interface": [
        ("type", "tree"),
        ("function", "insert"),
        ("module", "Set"),
        ("function", "Set.empty"),
    ],
    "lua": [
        ("function", "M.join"),
        ("function", "split"),
        ("method", "M.first"),
        ("function", "M.last"),
    ],
    "bash": [("function", "log"), ("function", "build")],
    "sql": [("table", "customers"), ("table", "shop.paying"), ("function", "total")],
    "html": [("section", "#goods")],
    "css": [("section", "@media (max-width: 600px)"), ("section", "@keyframes fade")],
    "proto": [
        ("struct", "Item"),
        ("enum", "State"),
        ("interface", "Shop"),
        ("method", "Shop.Find"),
        ("method", "Shop.Buy"),
    ],
}

DETAILS = [  # language, symbol, signature, documentation, what its first chunk holds
    (
        "python",
        "Account.withdraw",
        "def withdraw(self, amount: Decimal) -> Decimal",
        "Take *amount* out, or raise.",
        "    # Guarded by the audit log.\n    @audited\n    def withdraw(",
    ),
    (
        "python",
        "Account",
        "class Account",
        "A balance that never drops below zero.\n\nMoney is kept as Decimal.",
        'currency = "EUR"',
    ),
    (
        "javascript",
        "loadJson",
        "export async function loadJson(path)",
        "Read a file as JSON.\n@param {string} path where it lies",
        "/**",
    ),
    (
        "javascript",
        "sleep",
        "export const sleep = (ms)",
        "Wait for a number of milliseconds.",
        "// Wait",
    ),
    (
        "typescript",
        "Pool.acquire",
        "async acquire(timeout: number): Promise<T>",
        "Take an idle connection.",
        "@logged()",
    ),
    (
        "typescript",
        "Handler",
        "export type Handler = (request: Request) => Promise<Response>",
        "",
        "type Handler",
    ),
    ("tsx", "Counter", "export function Counter({ start }: Props)", "Counts clicks.", "/** "),
    (
        "rust",
        "Stack.push",
        "pub fn push(&mut self, item: T) -> Result<(), StackError>",
        "Put one on top.",
        "    #[inline]",
    ),
    ("rust", "StackError", "pub enum StackError", "What may go wrong.", "#[derive(Debug, Clone)]"),
    (
        "go",
        "Buffer.Write",
        "func (b *Buffer) Write(p []byte) (int, error)",
        "Write appends p,\nor returns ErrFull.",
        "// or returns",
    ),
    ("go", "Writer", "type Writer interface", "Writer takes bytes.", "Write(p []byte)"),
    (
        "java",
        "Store.get",
        "@Nullable public V get(String name)",
        "Looks a value up.\n\n@return the value, or null",
        "@Nullable",
    ),
    (
        "kotlin",
        "Call.again",
        '@Deprecated("use retry") fun again(): Call',
        "The same call again.",
        "@Deprecated",
    ),
    ("scala", "Circle.area", "override def area: Double", "Pi r squared.", "/** Pi"),
    (
        "c",
        "list_push",
        "static struct node * list_push(list_t *list, int value)",
        "Puts a value in front.",
        "/**",
    ),
    ("cpp", "geo.Path.add", "void add(const Point& point)", "Adds a point.", "  /// Adds"),
    ("cpp", "geo.detail.snap", "T snap(T value)", "Rounds a coordinate.", "template <typename T>"),
    (
        "csharp",
        "Example.Billing.Invoice.Add",
        '[Obsolete("use AddLine")] public void Add(decimal amount)',
        "Adds a line.",
        "[Obsolete",
    ),
    ("ruby", "Shop.Basket.add", "def add(item)", "Adds one.\n\nReturns self.", "# Adds one."),
    (
        "php",
        "Mailer.send",
        "#[Pure] public function send(User $to, string $text): bool",
        "Queues a letter.",
        "#[Pure]",
    ),
    (
        "swift",
        "Board.add",
        "@discardableResult func add(_ points: Int, for player: String) -> Int",
        "Adds points for a player.",
        "@discardableResult",
    ),
    (
        "elixir",
        "Shop.Cart.add/2",
        "def add(%__MODULE__{items: items} = cart, item) when length(items) < @limit",
        "Adds an item to the cart.",
        "@spec add",
    ),
    ("elixir", "Shop.Cart", "defmodule Shop.Cart", "A cart of items.", "use GenServer"),
    (
        "erlang",
        "bump/2",
        "bump(#counter{value = V} = C, N) when V + N =< ?LIMIT",
        "@doc Counts up,\nbut not beyond the limit.",
        "%% @doc Counts up,",
    ),
    ("erlang", "new/0", "new()", "@doc A new counter.", "-spec new()"),
    (
        "haskell",
        "area",
        "area :: Shape -> Area",
        "The area of a figure,\nin square units.",
        "area (Square a) = a * a",
    ),
    ("ocaml", "insert", "let rec insert x", "Inserts a value.", "(** Inserts"),
    (
        "ocaml_interface",
        "insert",
        "val insert : 'a -> 'a tree -> 'a tree",
        "Inserts a value.",
        "(** Inserts",
    ),
    (
        "lua",
        "M.join",
        "function M.join(words, sep)",
        "Joins words.\n@param words a list",
        "--- Joins",
    ),
    ("bash", "log", "log()", "Prints a line to standard error.", "# Prints"),
    ("sql", "shop.paying", "CREATE VIEW shop.paying AS", "Those who paid.", "-- Those"),
    ("html", "#goods", '<main id="goods">', "What is for sale.", "<!-- What"),
    ("proto", "Shop.Find", "rpc Find(Query) returns (Item)", "Finds one.", "// Finds one."),
]


def sample(language: str) -> str:
    return (SAMPLES / f"{language}.sample").read_text()


def named(chunks: tuple[Chunk, ...]) -> list[tuple[str, str]]:
    """Kind and symbol of every definition, in the order in which it first appears."""
    return list(dict.fromkeys((chunk.kind, chunk.symbol) for chunk in chunks if chunk.symbol))


def test_every_language_with_a_grammar_has_a_sample() -> None:
    with_grammar = {name for name, language in LANGUAGES.items() if language.grammar}
    assert with_grammar == set(EXPECTED)


@pytest.mark.parametrize("language", EXPECTED)
def test_definitions_are_named_and_qualified(language: str) -> None:
    chunked = chunk_text(sample(language), language=language, token_budget=SMALL)
    found = named(chunked.chunks)
    assert [one for one in EXPECTED[language] if one not in found] == []
    assert not chunked.has_syntax_errors
    assert {chunk.kind for chunk in chunked.chunks} <= set(Kind)


@pytest.mark.parametrize("language", EXPECTED)
def test_kinds_are_plain_strings(language: str) -> None:
    """A database driver may write an enumeration by its name instead of its value."""
    chunks = chunk_text(sample(language), language=language).chunks
    assert {type(chunk.kind) for chunk in chunks} == {str}


@pytest.mark.parametrize(
    ("language", "symbol", "signature", "documentation", "holds"),
    DETAILS,
    ids=[f"{language}-{symbol}" for language, symbol, *_ in DETAILS],
)
def test_header_and_documentation(
    language: str, symbol: str, signature: str, documentation: str, holds: str
) -> None:
    chunks = chunk_text(sample(language), language=language, token_budget=64).chunks
    parts = [chunk for chunk in chunks if chunk.symbol == symbol]
    assert {part.signature for part in parts} == {signature}
    assert [part.documentation for part in parts] == [documentation] + [""] * (len(parts) - 1)
    assert holds in parts[0].content


def test_module_docstring_documents_the_first_block() -> None:
    first = chunk_text(sample("python"), language="python").chunks[0]
    assert (first.kind, first.symbol) == ("block", "")
    assert first.documentation == "Accounts and what may happen to them."
    assert "LIMIT = Decimal" in first.content


def test_a_small_class_is_one_chunk() -> None:
    chunks = chunk_text(sample("python"), language="python", token_budget=512).chunks
    assert named(chunks) == [("function", "audited"), ("class", "Account")]


def test_clauses_of_one_function_stay_together() -> None:
    chunks = chunk_text(sample("erlang"), language="erlang").chunks
    bump = [chunk for chunk in chunks if chunk.symbol == "bump/2"]
    assert len(bump) == 1
    assert bump[0].content.count("bump(") == 2


def test_a_tiny_function_is_not_joined() -> None:
    text = "import os\n\n\ndef a(): pass\n\n\ndef b(): pass\n\n\nX = 1\nY = 2\n"
    chunks = chunk_text(text, language="python").chunks
    assert [(chunk.symbol, chunk.start_line, chunk.end_line) for chunk in chunks] == [
        ("", 1, 1),
        ("a", 4, 4),
        ("b", 7, 7),
        ("", 10, 11),
    ]


def test_a_comment_apart_belongs_to_no_definition() -> None:
    text = "# About the file.\n\n# About a.\ndef a(): pass\n"
    first, second = chunk_text(text, language="python").chunks
    assert (first.content, second.documentation) == ("# About the file.", "About a.")


def test_documentation_and_signature_are_bounded() -> None:
    arguments = ", ".join(f"argument_{number}=None" for number in range(100))
    text = f'def long({arguments}):\n    """{"words " * 1000}"""\n'
    chunk = chunk_text(text, language="python").chunks[0]
    assert len(chunk.signature) == 500
    assert 1_990 <= len(chunk.documentation) <= 2_000


def test_escaped_quotes_do_not_end_a_docstring() -> None:
    text = 'def a():\n    """Says \\"""hello\\""" twice."""\n'
    assert chunk_text(text, language="python").chunks[0].documentation.endswith("twice.")


def test_definitions_under_a_condition_and_in_errors_keep_their_names() -> None:
    body = "    value = compute(first, second, third, fourth, fifth)\n" * 20
    inside = indent(f"def inside():\n{body}", "    ")
    text = f"if True:\n{inside}\n)))\n\ndef after():\n{body}"
    chunked = chunk_text(text, language="python", token_budget=64)
    assert chunked.has_syntax_errors
    assert {"inside", "after"} <= {chunk.symbol for chunk in chunked.chunks}
