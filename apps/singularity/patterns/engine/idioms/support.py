"""How often a pattern has to occur to count as one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Support:
    """The least number of occurrences, and of files that they are spread over."""

    occurrences: int
    files: int


def support_for(files: int) -> Support:
    """Half the binary logarithm of the number of files, at least three occurrences.

    3 up to 255 files, 5 from 1,024, 8 from 65,536: by chance alone, how often the most frequent
    accident occurs grows with the logarithm of the size. Occurrences are spread over half as many
    files, rounded up, unless there is but one.
    """
    occurrences = max(3, files.bit_length() // 2)
    return Support(occurrences, min(files, (occurrences + 1) // 2))
