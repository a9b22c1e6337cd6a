"""What a language is called, and which way it runs."""

from __future__ import annotations

import pytest

from translations.languages import Language, get_language


@pytest.mark.parametrize(
    ("code", "tag", "endonym", "direction"),
    [
        ("en", "en-GB", "English", "ltr"),
        ("pl", "pl", "polski", "ltr"),
        ("sk", "sk", "slovensky", "ltr"),
        ("ur", "ur", "اردو", "rtl"),
        ("ckb", "ckb", "کوردیی ناوەندی", "rtl"),
    ],
)
def test_known_languages_say_how_they_are_written(
    code: str, tag: str, endonym: str, direction: str
) -> None:
    language = get_language(code)

    assert (language.tag, language.endonym, language.direction) == (tag, endonym, direction)


def test_a_region_keeps_its_own_tag() -> None:
    language = get_language("ar-eg")

    assert (language.code, language.tag, language.direction) == ("ar-eg", "ar-eg", "rtl")


def test_an_unknown_language_is_returned_as_itself_so_that_its_pages_render() -> None:
    assert get_language("xx-test") == Language("xx-test", "xx-test", "xx-test", "xx-test", "ltr")
