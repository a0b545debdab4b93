"""The comments and attributes that wait for the definition they belong to."""


class Lead:
    """A run of comments and attributes without a blank line in it.

    `start` is the byte at which its first line begins, -1 when nothing waits; `comments` are the
    byte ranges of its comments.
    """

    __slots__ = ("_end", "comments", "start")

    def __init__(self) -> None:
        self.start = -1
        self.comments: list[tuple[int, int]] = []
        self._end = 0

    def add(self, start: int, end: int, *, line_start: int, is_comment: bool) -> None:
        """Take one more; one behind other code in its line (`line_start` -1) opens no run."""
        if self.start < 0:
            self.start = line_start
        if self.start >= 0 and is_comment:
            self.comments.append((start, end))
        self._end = end

    def is_apart(self, source: bytes, start: int) -> bool:
        """Whether a blank line parts the run from what begins at `start`.

        The last byte of the run counts, as some grammars end a comment with its line end.
        """
        return source.count(b"\n", self._end - 1, start) > 1

    def clear(self) -> None:
        """Nothing waits any more."""
        if self.start >= 0:
            self.start = -1
            self.comments = []
