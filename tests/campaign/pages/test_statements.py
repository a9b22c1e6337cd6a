"""The pages whose words the council approves or the law fixes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from campaign.pages.models import AccessibilityStatementPage, HomePage
from tests.factories import pages as make

EMPTY_SLOT = "The council’s own words go here"


def _issue(kind: str, what: str = "A film has no captions.") -> dict[str, Any]:
    value = {"kind": kind, "what": what, "why": "", "fix_by": None}
    return {"type": "issue", "id": str(uuid4()), "value": value}


@pytest.fixture
def statement(home: HomePage) -> AccessibilityStatementPage:
    return make.AccessibilityStatementPageFactory(parent=home)


def test_empty_statement_says_whose_words_go_there(home: HomePage, client: Client) -> None:
    page = make.StatementPageFactory(parent=home)

    html = client.get(page.url).content.decode()

    assert f'<p class="statement-empty">{EMPTY_SLOT}</p>' in html


def test_statement_shows_the_words_and_who_approved_them(home: HomePage, client: Client) -> None:
    page = make.StatementPageFactory(
        parent=home,
        statement=[make.text_block("<p>We are sorry.</p>")],
        approved_on=date(2026, 9, 10),
        approved_by_body="Cabinet",
    )

    html = client.get(page.url).content.decode()

    assert "We are sorry." in html
    assert "Approved by Cabinet on 10 September 2026." in html
    assert EMPTY_SLOT not in html


@pytest.mark.parametrize(
    "approval", [{}, {"approved_on": date(2026, 9, 10)}, {"approved_by_body": "Cabinet"}]
)
def test_words_without_an_approval_are_refused(home: HomePage, approval: dict[str, Any]) -> None:
    page = make.StatementPageFactory(parent=home)
    page.statement = [("text", "<p>Words</p>")]
    for name, value in approval.items():
        setattr(page, name, value)

    with pytest.raises(ValidationError, match="Say when these words were approved"):
        page.full_clean()


@pytest.mark.parametrize(
    ("compliance", "kinds", "sentence"),
    [
        ("full", [], "is <strong>fully compliant</strong> with the"),
        ("partial", ["non_compliant"], "due to the non-compliances listed below."),
        ("partial", ["out_of_scope"], "due to the exemptions listed below."),
        (
            "partial",
            ["non_compliant", "disproportionate_burden"],
            "due to the non-compliances and exemptions listed below.",
        ),
        ("not", ["non_compliant"], "is <strong>not compliant</strong> with the"),
    ],
)
def test_statement_says_how_far_the_site_complies(
    statement: AccessibilityStatementPage,
    client: Client,
    compliance: str,
    kinds: list[str],
    sentence: str,
) -> None:
    statement.compliance = compliance
    statement.issues = [
        (item["type"], {**item["value"]}) for item in [_issue(kind) for kind in kinds]
    ]
    statement.full_clean()
    statement.save()

    html = client.get(statement.url).content.decode()

    assert sentence in html


def test_statement_holds_the_words_the_law_fixes(
    statement: AccessibilityStatementPage, client: Client
) -> None:
    make.campaign_settings(council_name="Example Council")

    html = client.get(statement.url).content.decode()

    for sentence in [
        "Example Council is committed to making its website accessible, in accordance with the "
        "Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility "
        "Regulations 2018.",
        "The content listed below is non-accessible for the following reasons.",
        "The Equality and Human Rights Commission (EHRC) is responsible for enforcing the Public "
        "Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018 "
        "(the ‘accessibility regulations’).",
        "contact the Equality Advisory and Support Service (EASS)",
        "This statement was prepared on 1 November 2026. It was last reviewed on 21 November 2026.",
        "This website was last tested on 20 November 2026 against the WCAG 2.2 AA standard. "
        "The test was carried out by The campaign team.",
        "We plan to fix this by 31 March 2027.",
    ]:
        assert sentence in html
    assert 'href="tel:+448088005000"' in html


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"compliance": "full"}, "compliance"),
        ({"issues": []}, "issues"),
        ({"reviewed_on": date(2026, 10, 1)}, "reviewed_on"),
        ({"review_due": date(2028, 1, 1)}, "review_due"),
        ({"contact_phone": "12"}, "contact_phone"),
    ],
)
def test_facts_that_contradict_each_other_are_refused(
    statement: AccessibilityStatementPage, changes: dict[str, Any], field: str
) -> None:
    for name, value in changes.items():
        setattr(statement, name, value)

    with pytest.raises(ValidationError) as caught:
        statement.full_clean()

    assert list(caught.value.message_dict) == [field]


def test_review_is_due_within_a_year_when_nobody_says_otherwise(
    statement: AccessibilityStatementPage,
) -> None:
    statement.review_due = None

    statement.full_clean()

    assert statement.review_due == statement.reviewed_on + timedelta(days=365)


@pytest.mark.parametrize(("today", "overdue"), [("2027-11-22", False), ("2027-11-23", True)])
def test_review_is_overdue_after_a_year(
    statement: AccessibilityStatementPage, today: str, overdue: bool
) -> None:
    with time_machine.travel(f"{today} 12:00+00:00"):
        assert statement.review_is_overdue is overdue


def test_privacy_page_states_the_facts(home: HomePage, client: Client) -> None:
    make.campaign_settings(council_name="Example Council")
    page = make.PrivacyPageFactory(parent=home, log_retention_days=1)

    html = client.get(page.url).content.decode()

    assert "It sets no cookies for readers." in html
    assert "We delete these logs after 1 day." in html
    assert "Example Council is the data controller." in html
    assert 'href="mailto:privacy@example.org"' in html
