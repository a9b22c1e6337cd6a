"""What was submitted for translation, and what is remembered while many things move at once."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from wagtail.models import Locale, Page
from wagtail_localize.models import TranslationSource

from translations.sources import remembered_sources, source_of, translations_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> Page:
    found = Page.objects.get(depth=2)
    assert found.locale == Locale.get_default()
    return found


def test_inside_the_database_is_asked_once_and_an_inner_one_remembers_with_the_outer(
    page: Page, django_assert_num_queries: Any
) -> None:
    with remembered_sources():
        source_of(page)
        with remembered_sources(), django_assert_num_queries(0):
            source_of(page)
        with django_assert_num_queries(0):
            source_of(page)


def test_many_are_asked_for_at_once_also_by_an_inner_one(
    page: Page, django_assert_num_queries: Any
) -> None:
    TranslationSource.get_or_create_from_instance(page)
    of = {page.translation_key}
    with remembered_sources():
        with django_assert_num_queries(1), remembered_sources(of=of):
            pass
        with django_assert_num_queries(0), remembered_sources():
            assert not translations_of(page).query.is_empty()
    with remembered_sources(of=of), django_assert_num_queries(0):
        source_of(page)


def test_what_is_submitted_meanwhile_is_not_missed(page: Page) -> None:
    polish = Locale.objects.create(language_code="pl")
    with remembered_sources():
        assert source_of(page) is None
        source, _made = TranslationSource.get_or_create_from_instance(page)
        source.locale = polish
        source.save()
        page.copy_for_translation(polish)

        assert source_of(page) == page.get_translation(polish)


def test_a_row_without_a_language_yet_has_no_translations(page: Page) -> None:
    page.locale_id = None

    assert list(translations_of(page)) == []
    assert source_of(SimpleNamespace(pk=1)) is None
