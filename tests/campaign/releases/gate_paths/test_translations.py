"""Every path to the public, driven through wagtail-localize, against a gate that says no.

A gatekeeper refuses everything. Then a path is tried, and nothing that readers see has changed, no
schedule, and no entry of the audit log says that it had; and whoever tried is told what to do.
`tests/architecture/test_publication_callers.py` names the test for each place in Wagtail and
wagtail-localize that publishes, schedules or withdraws.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page
from wagtail_localize.models import (
    LocaleSynchronization,
    StringTranslation,
    Translation,
    TranslationSource,
)

from campaign.pages.models import GuidancePage
from campaign.releases.exceptions import GateRefusedError
from content_blocks.models import GlossaryTerm
from tests.campaign.releases.gate_paths.shut_gate import Gate, commits, edit, told

pytestmark = pytest.mark.django_db


def translate(page: Page, locale: Locale) -> Page:
    """A complete translation, as a draft."""
    source, _created = TranslationSource.get_or_create_from_instance(page)
    record = Translation.objects.create(source=source, target_locale=locale)
    for segment in source.stringsegment_set.all():
        StringTranslation.objects.create(
            translation_of=segment.string,
            locale=locale,
            context=segment.context,
            data=f"fr {segment.string.data}",
        )
    record.save_target(publish=False)
    return page.get_translation(locale).specific


@commits
def test_submit_for_translation(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale, settings: Any
) -> None:
    settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = True
    address = reverse("wagtail_localize:submit_page_translation", args=[hotels.pk])
    with gate.shut():
        told(editor, address, {"locales": [french.pk]})


@commits
def test_publish_in_the_translation_editor(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale
) -> None:
    translation = translate(hotels, french)
    with gate.shut():
        told(editor, edit(translation), {"action": "publish"})


@commits
def test_publish_a_change_in_the_translation_editor(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale
) -> None:
    """wagtail-localize writes the public row itself, before it publishes."""
    translation = translate(hotels, french)
    translation.get_latest_revision().publish()
    StringTranslation.objects.update(data="fr nouveau")
    with gate.shut():
        told(editor, edit(translation), {"action": "publish"})


@commits
def test_sync_of_translations(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale
) -> None:
    translation = translate(hotels, french)
    translation.get_latest_revision().publish()
    StringTranslation.objects.update(data="fr nouveau")
    source = TranslationSource.objects.get()
    address = reverse("wagtail_localize:update_translations", args=[source.pk])
    with gate.shut():
        told(editor, address, {"publish_translations": "on"})


@commits
def test_conversion_into_an_alias(
    gate: Gate, editor: Client, hotels: GuidancePage, french: Locale
) -> None:
    translation = translate(hotels, french)
    translation.get_latest_revision().publish()
    with gate.shut():
        told(editor, reverse("wagtail_localize:convert_to_alias", args=[translation.pk]))


def test_mirroring_of_a_tree(gate: Gate, hotels: GuidancePage, french: Locale) -> None:
    with gate.shut(), pytest.raises(GateRefusedError):
        LocaleSynchronization.objects.create(locale=french, sync_from=hotels.locale)


@commits
def test_snippet_submit_for_translation(
    gate: Gate, editor: Client, term: GlossaryTerm, french: Locale, settings: Any
) -> None:
    settings.WAGTAILLOCALIZE_SYNC_LIVE_STATUS_ON_TRANSLATE = True
    address = reverse(
        "wagtail_localize:submit_snippet_translation",
        args=["content_blocks", "glossaryterm", term.pk],
    )
    with gate.shut():
        told(editor, address, {"locales": [french.pk]})
