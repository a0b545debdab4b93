"""The corpus of this instance's code bases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from apps.singularity.training.engine.corpus import PARTS, pairs_read, texts_read
from apps.singularity.training.services.corpus import CorpusError, corpus_prepare
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db


def module(number: int) -> str:
    """A documented function unlike those of other numbers."""
    said = " ".join(f"part{number * 7 + n}" for n in range(5))
    lines = "".join(f"    v{number}_{n} = call_{number + n}(value, {n})\n" for n in range(12))
    return f'def make_{number}(value):\n    """Make {said}."""\n{lines}    return value\n'


def code_base(tmp_path: Path, files: Mapping[str, str | bytes], name: str = "shop") -> Any:
    root = write_tree(tmp_path / name, files)
    codebase = codebase_open(instance=settings.INSTANCE_ID, path=root)
    codebase_ingest(codebase=codebase)
    return codebase


MODULES = {f"src/m{number}.py": module(number) for number in range(60)}
SECRET = "AKIA" + "Z7Q2M4XHW6T3R5YB"


def test_texts_are_the_scrubbed_ones_with_their_pairs(tmp_path: Path) -> None:
    files = {**MODULES, "README.md": "# Shop\n\nSells things.\n"}
    files["src/key.py"] = f'{module(99)}\nKEY = "{SECRET}"\n'
    code_base(tmp_path, files)
    folder = tmp_path / "corpus"
    manifest = corpus_prepare(kind="encoder", codebase=None, languages=(), folder=folder)
    assert manifest.languages == {"python": 61}
    assert sum(manifest.pairs.values()) == 61
    texts = {one.text for part in PARTS for one in texts_read(folder, part)}
    assert module(0).strip() in {text.strip() for text in texts}
    assert any("<secret:" in text for text in texts)
    assert not any(SECRET in text for text in texts)
    pair = next(pairs_read(folder, "train"))
    assert pair.query.startswith("Make part")
    assert pair.query not in pair.code
    assert pair.name.startswith("make_")


def test_one_code_base_in_one_language(tmp_path: Path) -> None:
    go = {
        f"g{n}.go": f"package g\n\nfunc Add{n}(a int) int {{ return a * {n} }}\n" for n in range(9)
    }
    mine = code_base(tmp_path, {**MODULES, **go})
    code_base(tmp_path, {f"x{n}.py": module(n + 500) for n in range(30)}, name="other")
    one = corpus_prepare(
        kind="vocabulary", codebase=mine, languages=["python"], folder=tmp_path / "c"
    )
    assert one.languages == {"python": 60}
    assert one.pairs == {"train": 0, "held_out": 0}


@pytest.mark.parametrize(
    ("count", "languages", "kind", "line"),
    [
        (0, (), "t5", "no code to learn from: `manage.py ingest PATH`"),
        (5, (), "t5", "files are too few to learn from, 20 are needed"),
        (40, ("rust", "python"), "t5", r"no code in rust; there is python \(40 files\)"),
        (40, ("markdown",), "t5", r"no code in markdown; there is python"),
    ],
)
def test_too_little_is_said_in_one_line(
    tmp_path: Path, count: int, languages: tuple[str, ...], kind: str, line: str
) -> None:
    if count:
        code_base(tmp_path, dict(list(MODULES.items())[:count]))
    folder = tmp_path / "corpus"
    with pytest.raises(CorpusError, match=line) as caught:
        corpus_prepare(kind=kind, codebase=None, languages=languages, folder=folder)
    assert "\n" not in str(caught.value)
    assert not folder.exists()


def test_an_encoder_needs_documented_functions(tmp_path: Path) -> None:
    bare = {path: text.replace('"""', "#") for path, text in MODULES.items()}
    code_base(tmp_path, bare)
    with pytest.raises(CorpusError, match="No documented functions"):
        corpus_prepare(kind="encoder", codebase=None, languages=(), folder=tmp_path / "c")


def test_files_that_are_all_on_one_side_cannot_be_judged(tmp_path: Path) -> None:
    code_base(tmp_path, MODULES)
    corpus_prepare(kind="t5", codebase=None, languages=(), folder=tmp_path / "all")
    train = [one.text for one in texts_read(tmp_path / "all", "train")]
    alone = code_base(tmp_path, {f"t{n}.py": text for n, text in enumerate(train)}, name="alone")
    with pytest.raises(CorpusError, match="none is held out"):
        corpus_prepare(kind="t5", codebase=alone, languages=(), folder=tmp_path / "c")
