"""What due work tells the rest of the house. Sent after commit; receivers cannot undo anything.

All send `sender` (the DueWork class) and `work` (the item). A receiver that raises is logged and
the others still run.
"""

from __future__ import annotations

from django.dispatch import Signal

# An item was carried out: published, or taken down. Arguments: work.
due_work_done = Signal()

# An item used up its attempts and waits for a person. Arguments: work.
due_work_failed = Signal()

# A scheduled version was not shown, since its whole time had passed. Arguments: work.
due_work_cancelled = Signal()
