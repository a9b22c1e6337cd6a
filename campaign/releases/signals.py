"""What releases tell the rest of the house.

The first three are sent after commit, and their receivers cannot undo anything: they send `sender`
(the DueWork class) and `work` (the item), and a receiver that raises is logged while the others
still run. The last two are sent inside the transaction.
"""

from __future__ import annotations

from django.dispatch import Signal

# An item was carried out: published, or taken down. Arguments: work.
due_work_done = Signal()

# An item used up its attempts and waits for a person. Arguments: work.
due_work_failed = Signal()

# A scheduled version was not shown, since its whole time had passed. Arguments: work.
due_work_cancelled = Signal()

# A transition passed the gate and was written. Sent *inside* the transaction, after the write: a
# receiver that raises takes everything back. Arguments: transition (gate.Transition).
transition_made = Signal()

# What an address shows, or a record that pages show, has changed. Sent inside the transaction, once
# for each row that changed (aliases and translations too). Arguments: change (gate.PublicChange).
public_state_changed = Signal()
