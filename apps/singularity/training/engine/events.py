"""What a training process says while it runs: one JSON object a line on its standard output.

    {"event": "started", "device": "cpu", "device_name": "...", "parameters": 2100000,
     "train_tokens": 830000, "held_out_bytes": 120000, "optimizer": "muon", "step": 0}
    {"event": "progress", "step": 40, "steps": 200, "loss": 5.1, "rate": 0.03,
     "tokens_per_second": 9000.0, "mfu": 0.41, "seconds_left": 80.0}
    {"event": "evaluated", "step": 50, "metrics": {"bits_per_byte": 2.31}}
    {"event": "checkpoint", "step": 50}
    {"event": "note", "text": "Out of memory at 16 sequences: goes on with 8."}
    {"event": "compared", "name": "local", "metrics": {...}, "examples": 120000}     (evaluate)
    {"event": "usual", "lines": {"0": [2.1, 0.9], ...}, "metrics": {"surprise_auc": 0.7, ...}}
    {"event": "surprising", "file": 0, "line": 12, "score": 3.4, "word": "ordr"}
    {"event": "measured", "metrics": {"infill_exact": 0.21, ...}, "examples": 256}    (suggest)
    {"event": "suggested", "gap": 0, "fillings": [["order", 0.61], ["orders", 0.1]]}
    {"event": "failed", "reason": "The loss of step 12 is not a number: lower the rate ..."}
    {"event": "done", "metrics": {...}, "before": {...}, "examples": 800, "bundle": "bundle"}

``mfu`` is model FLOP utilisation: the FLOPs that the model needs a second, over those of a dense
matrix product measured on the same device (Chowdhery et al. 2022, PaLM, appendix B). Metrics are
``bits_per_byte`` (t5), ``mrr_at_10`` (encoder), ``bytes_per_token`` (vocabulary), and more beside.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any


class TrainingFailed(Exception):
    """The run cannot go on; the text is one line that says what to do."""


def say(event: str, **numbers: Any) -> None:
    """Print one event. Raises ValueError for a number that is none.

    Where nobody listens any more this process is asked to end, as SIGTERM asks it: what it has
    learned still reaches a checkpoint.
    """
    sys.stdout.write(json.dumps({"event": event, **numbers}, allow_nan=False) + "\n")
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGTERM)
