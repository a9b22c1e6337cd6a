"""Files that a load has put into storage, so that a load that fails takes them away again."""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from campaign.packs.exceptions import PackStorageError

logger = logging.getLogger(__name__)

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass
class StoredFiles:
    """The files one load has stored, and the files it has replaced."""

    stored: list[tuple[Any, str]] = field(default_factory=list)

    def keep(self, file: Any) -> None:
        """Remember a file that was just stored."""
        self.stored.append((file.storage, file.name))

    def replace(self, storage: Any, name: str) -> None:
        """Delete a replaced file, once nothing can bring it back."""
        transaction.on_commit(lambda: _delete(storage, name))

    def take_away(self) -> None:
        """Delete all that was stored; the load has failed."""
        for storage, name in self.stored:
            _delete(storage, name)
        self.stored.clear()


def _delete(storage: Any, name: str) -> None:
    """Delete a file; a file that stays behind is logged, it must not hide the first fault."""
    try:
        storage.delete(name)
    except OSError:
        logger.exception("A file of a campaign folder was left in storage", extra={"file": name})


def explain_storage_error(error: OSError | DatabaseError) -> PackStorageError:
    """Say in plain words why a write was refused, and that nothing was lost."""
    text = str(error).lower()
    number = error.errno if isinstance(error, OSError) else None
    if number in _FULL or "disk is full" in text or "no space left" in text or "diskfull" in text:
        reason = _("The disk is full.")
        fix = _("Make room, then load again.")
    elif "no such table" in text or "does not exist" in text:
        reason = _("The database has no tables.")
        fix = _("Run “manage.py migrate” first.")
    elif "database is locked" in text:
        reason = _("Another process kept the database busy.")
        fix = _("Load again when it has finished.")
    elif "readonly" in text or "read-only" in text or number in (errno.EROFS, errno.EACCES):
        reason = _("The database or the storage may not be written to (%(error)s).") % {
            "error": error
        }
        fix = _("Give this user the right to write there.")
    else:
        reason = _("The database or the storage refused a write (%(error)s).") % {"error": error}
        fix = _("Nothing is half done; put that right, then load again.")
    return PackStorageError(f"{reason} {_('Nothing was loaded.')} {fix}")
