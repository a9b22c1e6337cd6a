"""`make bench`: measure, and print ratios against named peers.

    python -m tests.bench [serving] [publication]

Times of one machine say little; the ratios say more.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.bench import publication, serving

BENCHES: dict[str, Callable[[], None]] = {
    "serving": serving.main,
    "publication": publication.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHES:
        BENCHES[name]()
