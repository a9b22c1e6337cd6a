"""The two inline scripts."""

from __future__ import annotations

import base64
import hashlib

import pytest

from campaign.pages.inline import SCRIPTS, csp_hash, script_sources, script_text
from campaign.pages.templatetags.campaign_layout import inline_script


def test_scripts_together_are_small() -> None:
    assert sum(len(script_text(name).encode()) for name in SCRIPTS) <= 2048


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_stands_in_the_page_as_it_is_hashed(name: str) -> None:
    element = str(inline_script(name))
    inside = element.removeprefix("<script>").removesuffix("</script>")
    digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in script_sources()


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_holds_neither_comment_nor_end_tag(name: str) -> None:
    assert "//" not in script_text(name)
    assert "</" not in script_text(name)


def test_unknown_script_is_an_error() -> None:
    with pytest.raises(KeyError):
        script_text("../inline.py")


def test_hash_is_what_browsers_compute() -> None:
    # echo -n "" | openssl dgst -sha256 -binary | base64
    assert csp_hash("") == "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
