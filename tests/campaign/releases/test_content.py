"""What counts as content, for the ledger and for what was approved."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from wagtail.models import Comment

from campaign.releases import ledger
from campaign.releases.content import canonical, digest
from campaign.releases.models import LedgerEntry
from campaign.releases.moving import hash_of
from tests.factories.pages import GuidancePageFactory
from tests.factories.releases import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> Any:
    return GuidancePageFactory(title="Hotels")


def test_editors_comments_are_in_no_ledger_and_void_no_approval(page: Any) -> None:
    before = (ledger.content_hash(page), hash_of(page.serializable_data()))
    entries = LedgerEntry.objects.count()
    page.wagtail_admin_comments.add(
        Comment(page=page, user=UserFactory(), text="Amina knows more", contentpath="title")
    )
    page.save_revision().publish()

    page = type(page).objects.get(pk=page.pk)
    assert page.wagtail_admin_comments.count() == 1
    assert (ledger.content_hash(page), hash_of(page.serializable_data())) == before
    assert LedgerEntry.objects.count() == entries


def test_the_end_is_approved_and_is_not_what_readers_see(page: Any) -> None:
    shown, approved = ledger.content_hash(page), hash_of(page.serializable_data())

    page.expire_at = timezone.now()

    assert ledger.content_hash(page) == shown
    assert hash_of(page.serializable_data()) != approved


def test_hashes_that_are_kept_stay_what_they_were() -> None:
    content = {"b": "Größe", "a": [1, None]}

    assert canonical(content) == '{"a":[1,null],"b":"Größe"}'
    assert canonical(content, ascii_only=True) == '{"a":[1,null],"b":"Gr\\u00f6\\u00dfe"}'
    assert digest("Größe") == "aedc3f80989a6546962705852b2f4a481dbd1e490760693525c3724bacab3f50"
    assert hash_of(content) == "edfd582d8b6ae6bb9d062f466424fbfd4596c69de9b8648644a198c4d132b8d0"
