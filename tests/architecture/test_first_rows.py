"""Every test finds what migrations made, whatever ran before it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from wagtail.models import Locale, Page, Site

from tests.first_rows import FirstRows


def check_first_rows() -> None:
    assert [page.depth for page in Page.objects.order_by("depth")] == [1, 2]
    assert Locale.objects.get().language_code == "en"
    assert Site.objects.get().root_page.depth == 2
    assert set(Group.objects.values_list("name", flat=True)) >= {"Editors", "Moderators"}
    assert Permission.objects.filter(codename="access_admin", group__name="Editors").exists()


@pytest.mark.parametrize("turn", [1, 2])
@pytest.mark.django_db(transaction=True)
def test_a_test_that_commits_finds_them(turn: int) -> None:
    check_first_rows()


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_by_fixture_finds_them(transactional_db: None, turn: int) -> None:
    check_first_rows()


@pytest.mark.django_db
def test_a_test_that_rolls_back_finds_them() -> None:
    check_first_rows()


@pytest.mark.django_db(transaction=True)
def test_they_come_back_when_a_test_has_emptied_the_tables() -> None:
    # As Django does after such a test: numbers go on, so that none is given out twice.
    call_command(
        "flush",
        verbosity=0,
        interactive=False,
        inhibit_post_migrate=True,
        reset_sequences=False,
    )
    assert not Page.objects.exists()
    rows = FirstRows()
    rows.keep()

    rows.put_back()
    assert not Page.objects.exists()
    rows.note_emptied()
    rows.put_back()

    check_first_rows()
    assert not rows.missing
