"""What a training process is told: one JSON file.

Training runs in a process of its own (``python -m apps.singularity.training.engine SPEC.json``):
CUDA and fork do not mix, and a process can be killed and taken up again. It reads the corpus
folder, writes only below ``run``, talks to no database, and says on its standard output what
``events`` lists.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["vocabulary", "t5", "encoder"]
Task = Literal["train", "evaluate", "surprise", "suggest"]
Optimizer = Literal["muon", "adamw", "adafactor"]

FAILED_EXIT = 3
"""The last event says why."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One run: the training of a model, or the judging of several on the same held-out code.

    Args:
        kind: what is trained.
        corpus: folder written by ``corpus.write``.
        run: folder of the run: ``checkpoint-<step>/``, ``bundle/``, ``spec.json``.
        task: "evaluate" judges ``models`` (name to bundle folder) and trains nothing; "surprise"
            and "suggest" ask the one T5 in ``models`` about what ``asked`` says.
        version: the bundle's version, ``<instance>_<kind>-<scope>_v<major>.<minor>``.
        scope: languages as in ``artifacts.engine.family.Family``.
        size: name of a size of the kind.
        tokenizer: folder of the vocabulary's bundle; "" where the base brings its own.
        base: Hugging Face folder to start from, "" from scratch (the encoder: the default model).
        base_version: what the base is called, for the model card; the data come in another order
            for each.
        steps: optimizer steps; 0: as long as ``minutes`` say.
        minutes: wall-clock limit; 0: as many as ``steps`` take.
        batch: sequences (t5) or pairs (encoder) of one step, over all devices; 0: by size.
        length: tokens of one packed sequence; 0: by size.
        rate: peak learning rate; 0: by optimizer, size and round.
        round_number: the fleet's round that it is for: 2, 3, ...; 0: none. The rate is held within
            a round, and falls from each to the next.
        seed: of data order and masks. Weights from scratch are always drawn from seed 0, so that
            models of one family begin alike.
        threads: torch threads; 0: as many as this process may use.
        device: "auto", "cpu", "cuda".
        processes: on this machine, started by torchrun; 0: one for each GPU.
        lora: rank of the LoRA adapters, 0: all weights are trained. The bundle has them merged.
        instructions: share of the batches that are instruction pairs, 0 to 1.
        evaluate_every: steps between evaluations on held-out code; 0: only before and after. The
            bundle holds the best of those weights, the start's among them.
        checkpoint_every: steps between checkpoints; 0: only at the end.
        resume: go on from the newest whole checkpoint below ``run``.
        asked: a JSON file below ``run`` with code to look at (``t5.asked``).
    """

    kind: Kind
    corpus: Path
    run: Path
    task: Task = "train"
    version: str = ""
    scope: str = "all"
    size: str = "tiny"
    tokenizer: str = ""
    base: str = ""
    base_version: str = ""
    steps: int = 0
    minutes: float = 0.0
    batch: int = 0
    length: int = 0
    rate: float = 0.0
    round_number: int = 0
    optimizer: Optimizer = "muon"
    seed: int = 0
    threads: int = 0
    device: str = "auto"
    processes: int = 0
    lora: int = 0
    instructions: float = 0.0
    evaluate_every: int = 0
    checkpoint_every: int = 50
    vocabulary_size: int = 8192
    resume: bool = False
    asked: str = ""
    models: dict[str, str] = field(default_factory=dict)

    @property
    def data_seed(self) -> int:
        """Of data order and masks.

        Each base has its own: a round that began as the one before it would learn the same rows
        with the same gaps again, and nothing but those.
        """
        if not self.base_version:
            return self.seed
        said = f"{self.seed}:{self.base_version}"
        return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=6).digest(), "big")

    def write(self, file: Path) -> None:
        """Write as JSON."""
        said: dict[str, Any] = asdict(self) | {"corpus": str(self.corpus), "run": str(self.run)}
        file.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, file: Path) -> Spec:
        """Read what ``write`` wrote. Raises TypeError for unknown names."""
        said = json.loads(file.read_text(encoding="utf-8"))
        return cls(**said | {"corpus": Path(said["corpus"]), "run": Path(said["run"])})
