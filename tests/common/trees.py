"""Working trees for tests, and what is stored of one, in a form that compares."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from apps.singularity.ingestion.models import (
    Chunk,
    Codebase,
    DeclaredDependency,
    File,
    SecretFinding,
)

SMALL = {
    "shop/cart.py": '''"""Shopping carts."""

import json


class Cart:
    """What a customer wants to buy."""

    def __init__(self):
        self.items = []

    def total_price(self, discount=0):
        """Add up the prices of all items, less the discount."""
        return sum(item.price for item in self.items) - discount


def load_cart(path):
    """Read a cart from a JSON file."""
    with open(path) as stream:
        return Cart(**json.load(stream))
''',
    "shop/checkout.ts": """export class Checkout {
  /** Charge the customer's credit card. */
  chargeCard(amount: number): boolean {
    return this.gateway.charge(amount);
  }
}
""",
    "shop/retry.rs": """/// Call `f` again, waiting longer each time.
pub fn retry_with_backoff<F: Fn() -> bool>(f: F, attempts: u32) -> bool {
    for n in 0..attempts { if f() { return true; } std::thread::sleep_ms(1 << n); }
    false
}
""",
    "README.md": "# Shop\n\nSells things.\n\n## Install\n\nRun it.\n",
    "requirements.txt": "requests>=2.31\nDjango==5.2\n",
    "logo.png": "\x89PNG\r\n\x1a\n\x00\x00binary",
}


def write_tree(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, given by relative path, below ``root``; returns ``root``."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def stored(codebase: Codebase) -> dict[str, Any]:
    """All that is stored of a code base but ids, times and revisions."""
    files = File.objects.filter(codebase=codebase).exclude(state=File.State.REMOVED)
    return {
        "files": sorted(
            files.values_list(
                "path", "state", "reason", "detail", "is_directory", "language", "encoding",
                "size", "lines", "has_syntax_errors",
            )
        ),
        "digests": {
            path: None if digest is None else bytes(digest)
            for path, digest in files.values_list("path", "digest")
        },
        "chunks": [
            (*row, bytes(content), bytes(text))
            for *row, content, text in Chunk.objects.filter(codebase=codebase)
            .order_by("file__path", "ordinal")
            .values_list(
                "file__path", "ordinal", "language", "kind", "symbol", "name", "signature",
                "documentation", "start_line", "end_line", "start_byte", "end_byte", "content",
                "content_digest", "text_digest",
            )
        ],
        "secrets": sorted(
            SecretFinding.objects.filter(codebase=codebase).values_list(
                "file__path", "kind", "line"
            )
        ),
        "dependencies": sorted(
            DeclaredDependency.objects.filter(codebase=codebase).values_list(
                "file__path", "purl", "requirement", "scope", "locked"
            )
        ),
    }  # fmt: skip
