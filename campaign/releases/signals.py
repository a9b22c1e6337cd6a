"""What releases tell the rest of the house.

The first three are sent after commit, and their receivers cannot undo anything: they send `sender`
(the DueWork class) and `work` (the item), and a receiver that raises is logged while the others
still run. The last two are sent inside the transaction.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import Signal

logger = logging.getLogger(__name__)

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

# New time zone data moved something scheduled to another moment. Sent after commit. Arguments:
# set_time (SetTime, as it now is), former (the moment before).
set_time_moved = Signal()

# Something was taken off the site at once, or put back. Sent after commit. Arguments: takedown.
taken_down = Signal()
takedown_undone = Signal()

# The signals of releases are sent after commit (`announce`); a receiver that raises is logged.
# Every one of them carries `release`.

# Anything about a release changed: its items, times, languages or state. Arguments: release,
# action (the name of the log entry), user (or None).
release_changed = Signal()

# An approval no longer stands. Arguments: release, reason (a sentence), approved_by (who gave it).
release_approval_voided = Signal()

# A preflight was made. Arguments: release, check (ReleaseCheck).
release_checked = Signal()

# All of a release became public. Arguments: release.
release_went_live = Signal()

# All of a release came down again. Arguments: release.
release_ended = Signal()

# The moment of a release moved, since the data of its time zone changed. Arguments: release, field
# ("goes_live" or "ends"), was and now (aware).
release_time_moved = Signal()

# An effect used up its attempts and waits for a person. Sent after commit. Arguments: effect
# (Effect); `sender` is its class.
effect_failed = Signal()


def announce(signal: Signal, *, sender: Any, **arguments: Any) -> None:
    """Send a signal once the surrounding transaction is committed; never if it is rolled back."""
    transaction.on_commit(partial(_send, signal, sender=sender, **arguments), robust=True)


def _send(signal: Signal, **arguments: Any) -> None:
    for receiver, response in signal.send_robust(**arguments):
        if isinstance(response, Exception):
            logger.error(
                "A receiver of a release failed",
                exc_info=response,
                extra={"event": "release_receiver_failed", "receiver": repr(receiver)},
            )
