"""A corpus into its folder, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from apps.singularity.training.engine.corpus.model import PARTS, CorpusText, Manifest, Pair, Part
from apps.singularity.training.engine.corpus.reading import MANIFEST, pairs_file, texts_file
from apps.singularity.training.engine.corpus.refusal import why_left_out
from apps.singularity.training.engine.corpus.sketch import Signature, Sketcher, signature
from apps.singularity.training.engine.corpus.split import held_out
from apps.singularity.training.engine.corpus.spool import Spool


@dataclass(slots=True)
class _Kept:
    """What is remembered of a text while others come: its words are on disk."""

    digest: str
    language: str
    bytes: int
    place: int
    minhash: int
    signature: Signature


@dataclass(slots=True)
class _KeptPair:
    """The first of the copies of a pair, and the sides that its copies are on."""

    order: tuple[str, str, str]
    sides: set[Part]
    place: int = -1

    def joined(self, other: _KeptPair | None, spool: Spool, pair: Pair) -> _KeptPair:
        """The first of two copies, with the sides of both."""
        if other is not None and other.order <= self.order:
            other.sides |= self.sides
            return other
        self.sides |= other.sides if other else set()
        self.place = spool.add(pair)
        return self


def corpus_write(folder: Path, texts: Iterable[CorpusText], pairs: Iterable[Pair]) -> Manifest:
    """Write a corpus; what stood at ``folder`` is replaced once all is written.

    Texts and pairs may come in any order, all texts before the first pair is asked for. In memory
    are about 700 bytes of each file and 500 of each pair.
    """
    new = folder.with_name(folder.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        manifest = _write(new, texts, pairs)
        said = json.dumps(asdict(manifest), indent=2) + "\n"
        (new / MANIFEST).write_text(said, encoding="utf-8")
    except BaseException:  # a full disk among them
        shutil.rmtree(new, ignore_errors=True)
        raise
    if folder.exists():
        shutil.rmtree(folder)
    new.rename(folder)
    return manifest


def _write(folder: Path, texts: Iterable[CorpusText], pairs: Iterable[Pair]) -> Manifest:
    left_out: Counter[str] = Counter()
    with Spool(folder / "texts.spool") as spool:
        kept = _kept(texts, spool, left_out)
        sides = _sides(kept)
        for part in PARTS:
            places = (one.place for one in kept if sides[one.digest] == part)
            _lines_write(texts_file(folder, part), spool.lines(places))
    with Spool(folder / "pairs.spool") as spool:
        chosen = _chosen(pairs, spool, sides, left_out)
        for part in PARTS:
            _lines_write(pairs_file(folder, part), iter(sorted(spool.lines(chosen[part]))))
    return Manifest(
        digest=_digest(folder),
        files={part: sum(side == part for side in sides.values()) for part in PARTS},
        bytes={part: sum(k.bytes for k in kept if sides[k.digest] == part) for part in PARTS},
        pairs={part: len(chosen[part]) for part in PARTS},
        languages=dict(sorted(Counter(one.language for one in kept).items())),
        left_out=dict(sorted(left_out.items())),
    )


def _kept(texts: Iterable[CorpusText], spool: Spool, left_out: Counter[str]) -> list[_Kept]:
    """Every text that is taken, once, by digest."""
    found: dict[str, _Kept] = {}
    sketcher = Sketcher()
    for one in texts:
        reason = "duplicate" if one.digest in found else why_left_out(one.language, one.text)
        if reason:
            left_out[reason] += 1
            continue
        shingles = sketcher.shingles(one.text)
        found[one.digest] = _Kept(
            digest=one.digest,
            language=one.language,
            bytes=len(one.text.encode()),
            place=spool.add(one),
            minhash=int(shingles.min()),
            signature=signature(shingles),
        )
    return [found[digest] for digest in sorted(found)]


def _sides(kept: list[_Kept]) -> dict[str, Part]:
    flags = held_out([one.minhash for one in kept], [one.signature for one in kept])
    return {
        one.digest: "held_out" if flag else "train" for one, flag in zip(kept, flags, strict=True)
    }


def _chosen(
    pairs: Iterable[Pair], spool: Spool, sides: dict[str, Part], left_out: Counter[str]
) -> dict[Part, list[int]]:
    """Where the pairs of each part are; of copies of one pair in several files the first's.

    A sentence or a function of two pairs is in neither, nor is one with copies on both sides: the
    second would be a wrong answer to the first's question, or one that training has seen.
    """
    found: dict[tuple[bytes, bytes], _KeptPair] = {}
    for pair in pairs:
        if pair.digest not in sides:
            left_out["pair of no file"] += 1
            continue
        one = _KeptPair((pair.digest, pair.name, pair.symbol_kind), {sides[pair.digest]})
        key = _short(pair.query), _short(pair.code)
        found[key] = one.joined(found.get(key), spool, pair)
    queries, codes = Counter(query for query, _ in found), Counter(code for _, code in found)
    chosen: dict[Part, list[int]] = defaultdict(list)
    for (query, code), one in found.items():
        if queries[query] == codes[code] == len(one.sides) == 1:
            chosen[min(one.sides)].append(one.place)
        else:
            left_out["pair of no single answer"] += 1
    return chosen


def _short(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def _lines_write(file: Path, lines: Iterator[bytes]) -> None:
    with file.open("wb") as stream:
        stream.writelines(lines)


def _digest(folder: Path) -> str:
    """Of both parts' files, which are in an order of their own."""
    total = hashlib.sha256()
    for part in PARTS:
        for file in (texts_file(folder, part), pairs_file(folder, part)):
            with file.open("rb") as stream:
                total.update(hashlib.file_digest(stream, "sha256").digest())
    return f"sha256:{total.hexdigest()}"
