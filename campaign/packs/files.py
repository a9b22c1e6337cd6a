"""The files of a campaign folder, read with care: the folder may come from anywhere."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.translation import gettext as _

from campaign.packs.exceptions import PackProblemsError
from campaign.packs.problems import Problem, Problems

#: The longest page of text is a hundredth of this.
MAX_TEXT_BYTES = 1024 * 1024
MAX_FILES = 5000
CAMPAIGN = "campaign.yaml"


class Folder:
    """Lists the files of a campaign folder once, and reads them as text.

    Raises:
        PackProblemsError: `root` is not a folder, or not one of a campaign.
    """

    def __init__(self, root: Path, problems: Problems) -> None:
        self.root = root
        self.problems = problems
        #: Path relative to the folder, with forward slashes, to the file.
        self.files: dict[str, Path] = {}
        self._check_root()
        self._list()

    def _check_root(self) -> None:
        if not self.root.exists():
            what, fix = _("There is no such folder."), _("Check the path.")
        elif not self.root.is_dir():
            what, fix = _("This is not a folder."), _("Give the folder that holds campaign.yaml.")
        elif not (self.root / CAMPAIGN).is_file():
            what = _("This is not a campaign folder: it has no campaign.yaml.")
            fix = _("Give the folder that holds campaign.yaml.")
        else:
            return
        raise PackProblemsError([Problem(str(self.root), 0, what, fix)])

    def _list(self) -> None:
        real_root = self.root.resolve()
        for where, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in [*folders, *sorted(names)]:
                path = Path(where, name)
                shown = path.relative_to(self.root).as_posix()
                if name.startswith("."):
                    continue
                if path.is_symlink() and not self._is_safe_link(path, real_root):
                    self.problems.add(
                        shown,
                        0,
                        _("This link leads out of the campaign folder, or to a folder."),
                        _("Put the file itself here."),
                    )
                elif name not in folders:
                    self.files[shown] = path
            if len(self.files) > MAX_FILES:
                self.problems.add(
                    str(self.root),
                    0,
                    _("The folder holds more than %(count)d files.") % {"count": MAX_FILES},
                    _("Is it the right one?"),
                )
                return

    @staticmethod
    def _is_safe_link(path: Path, real_root: Path) -> bool:
        target = path.resolve()
        return target.is_file() and target.is_relative_to(real_root)

    def read_text(self, name: str) -> str | None:
        """The text of a file; None after a fault, which is noted."""
        path = self.files[name]
        try:
            size = path.stat().st_size
            if not path.is_file() or size > MAX_TEXT_BYTES:
                self.problems.add(
                    name,
                    0,
                    _("The file is too large for a text (%(size)d KB; at most %(most)d KB).")
                    % {"size": size // 1024, "most": MAX_TEXT_BYTES // 1024},
                    _("Split it, or remove what does not belong in it."),
                )
                return None
            data = path.read_bytes()
        except OSError as error:
            self.problems.add(
                name,
                0,
                _("The file cannot be read: %(reason)s.") % {"reason": error.strerror},
                _("Check its permissions."),
            )
            return None
        return self._decode(name, data)

    def _decode(self, name: str, data: bytes) -> str | None:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.problems.add(
                name,
                data.count(b"\n", 0, error.start) + 1,
                _("The file is not UTF-8 text."),
                _("Save it again with the encoding UTF-8."),
            )
            return None
        if "\0" in text:
            self.problems.add(
                name,
                text.count("\n", 0, text.index("\0")) + 1,
                _("The file holds a character that is not text."),
                _("Remove the NUL character."),
            )
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")
