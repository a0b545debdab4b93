"""What is embedded of a chunk."""

from apps.singularity.ingestion.engine.text_form import text_form


def form(*, symbol: str, content: str = "pass", path: str = "a.py", **others: str) -> str:
    fields = {"language": "", "kind": "", "signature": "", "documentation": ""} | others
    return text_form(path=path, symbol=symbol, content=content, **fields)


def test_the_symbol_is_put_in_words_before_the_source() -> None:
    assert form(symbol="HTTPServer.handle_one2") == "http server handle one 2\npass"
    assert form(symbol="дом::имяФайла") == "дом имяфайла\npass"


def test_a_chunk_without_symbol_is_its_source() -> None:
    assert form(symbol="", content="x = 1") == "x = 1"


def test_moving_a_file_keeps_its_vectors() -> None:
    assert form(symbol="f", path="a.py") == form(symbol="f", path="b/c.py")
