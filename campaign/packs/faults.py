"""A value in a campaign folder that is not what its field needs."""

from __future__ import annotations


class ValueFault(Exception):
    """Says what is wrong with one value, and what to do. The reader of the value notes it."""

    def __init__(self, what: str, fix: str = "", *, line: int = 0) -> None:
        self.what = what
        self.fix = fix
        self.line = line
        super().__init__(what)
