"""What a language is called and how it is written: the facts a page needs to say `lang` and `dir`.

Django knows most of this (`django.conf.locale.LANG_INFO`); this module adds the languages Django
leaves out and is the one place that other rooms ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.conf.locale import LANG_INFO

Direction = Literal["ltr", "rtl"]


@dataclass(frozen=True, slots=True)
class Language:
    """One written language.

    Attributes:
        code: the site's language code, as in the first part of an address (`en`, `ur`, `ckb`).
        tag: the BCP 47 tag for the HTML `lang` attribute (`en-GB` for `en`).
        endonym: the language's own name in its own script.
        english_name: the name that staff who do not read the script look for.
        direction: which way a line runs.
    """

    code: str
    tag: str
    endonym: str
    english_name: str
    direction: Direction


# `ckb` is Sorani; `ku` usually means Kurmanji and is never used for it (Unicode CLDR).
_OWN: dict[str, Language] = {
    "en": Language("en", "en-GB", "English", "English", "ltr"),
    "ckb": Language("ckb", "ckb", "کوردیی ناوەندی", "Kurdish (Sorani)", "rtl"),
}


def get_language(code: str) -> Language:
    """Return what is known of a language.

    Args:
        code: a language code as Django writes it, region allowed (`pa-arab`).

    An unknown code is returned as itself, left to right, so that a page in a language added by an
    administrator still renders.
    """
    known = _OWN.get(code)
    if known is not None:
        return known
    info = LANG_INFO.get(code) or LANG_INFO.get(code.split("-")[0])
    if info is None or "name_local" not in info:
        return Language(code, code, code, code, "ltr")
    return Language(code, code, info["name_local"], info["name"], "rtl" if info["bidi"] else "ltr")
