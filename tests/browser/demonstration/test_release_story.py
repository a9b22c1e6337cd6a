"""The whole story of a release, in a real browser, with a real worker.

A page is added from its editor, others from the list of pages. The check finds a link to a page
that is not public; it is put right with one button. Somebody else approves. At its minute all is
public at one moment, and one action puts back what was before.

`RELEASE_PICTURES=1` puts pictures of each step into `docs/images/releases/`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demonstration.running_site import ROOT, Demonstration

LONDON = ZoneInfo("Europe/London")
PICTURES = ROOT / "docs" / "images" / "releases"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
RELEASE = "Hotels week, spring"
PASSWORD = "a long enough password"

PREPARE = """
import json, uuid
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from wagtail.models import Page
from wagtail.users.models import UserProfile
from campaign.pages.models import GuidancePage

number = {number}
section = Page.objects.get(slug="guidance", depth=3)

def block(html):
    return [dict(type="text", value=html, id=str(uuid.uuid4()))]

def draft(name, html="<p>Tell someone today.</p>"):
    page = GuidancePage(
        title=f"{{name}} in spring", slug=f"{{name.lower()}}-{{number}}", summary="For the story.",
        body=block(html), live=False,
    )
    section.add_child(instance=page)
    page.save_revision()
    return page

hidden = draft("Consent")
pages = dict(
    hotels=draft("Hotels"),
    taxis=draft("Taxis"),
    links=draft("Parks", f'<p><a linktype="page" id="{{hidden.pk}}">Consent</a></p>'),
    hidden=hidden,
    changed=draft("Myths"),
)
pages["changed"].get_latest_revision().publish()
changed = GuidancePage.objects.get(pk=pages["changed"].pk)
changed.title = "Myths and facts"
changed.save_revision()
approver = get_user_model().objects.create_user(
    f"approver-{{number}}", f"approver-{{number}}@example.org", "a long enough password",
    first_name="Aisha", last_name="Approver",
)
arabic = get_user_model().objects.create_user(
    f"arabic-{{number}}", f"arabic-{{number}}@example.org", "a long enough password",
)
for colleague in (approver, arabic):
    colleague.groups.add(Group.objects.get(name="Moderators"))
profile = UserProfile.get_for_user(arabic)
profile.preferred_language = "ar"
profile.save()
print(json.dumps(dict(
    section=section.pk, pages={{name: page.pk for name, page in pages.items()}},
)))
"""


@dataclass
class Watched:
    """What one address answered, and when (seconds on a clock that never jumps)."""

    path: str
    is_new: Callable[[int, str], bool]
    last_old_began: float = 0.0
    first_new_ended: float = float("inf")
    went_back: list[float] = field(default_factory=list)
    first_new_at: datetime | None = None

    def look(self, url: str) -> None:
        """Fetch once."""
        began = time.monotonic()
        status, text = _fetch(url + self.path)
        if not self.is_new(status, text):
            if self.first_new_ended < began:
                self.went_back.append(began)
            self.last_old_began = began
        elif self.first_new_ended == float("inf"):
            self.first_new_ended = time.monotonic()
            self.first_new_at = datetime.now(LONDON)


def _fetch(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, ""


def watch(url: str, watched: list[Watched], until: datetime) -> None:
    """Fetch every address again and again, each in its own thread, until all of them are new."""

    def go_on(one: Watched) -> None:
        while datetime.now(LONDON) < until and one.first_new_at is None:
            one.look(url)
            time.sleep(0.02)

    threads = [threading.Thread(target=go_on, args=(one,)) for one in watched]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def prepare(demonstration: Demonstration, number: int) -> dict[str, dict[str, int]]:
    """Write the pages of the story as drafts, and a colleague who may approve."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", PREPARE.format(number=number)],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "cms_site.settings.embedded",
            "VAR_DIR": str(demonstration.folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, int]] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def sign_in(page: Page, url: str, username: str, password: str) -> Page:
    page.goto(f"{url}/admin/")
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(password)
    page.locator("form button[type=submit]").first.click()
    page.wait_for_url(f"{url}/admin/")
    return page


def picture(page: Page, name: str) -> None:
    """Keep what is on the screen, if somebody asked for pictures."""
    if os.environ.get("RELEASE_PICTURES"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        # The editor scrolls inside itself: the window is made as tall as what is in it.
        size = page.viewport_size or DESK
        tall = page.evaluate("document.querySelector('#main').scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(tall, size["height"])})
        page.wait_for_timeout(400)
        page.screenshot(path=PICTURES / f"{name}.png")
        page.set_viewport_size(size)


@pytest.mark.slow
def test_the_story_of_a_release(
    new_reader: Callable[..., Page], demonstration: Demonstration
) -> None:
    number = int(time.time())
    made = prepare(demonstration, number)
    pages, url = made["pages"], demonstration.url
    editor = sign_in(new_reader(viewport=DESK), url, demonstration.username, demonstration.password)
    approver = sign_in(new_reader(viewport=DESK), url, f"approver-{number}", PASSWORD)

    # --- Create
    editor.get_by_role("link", name="Releases", exact=True).click()
    editor.get_by_role("link", name="Add release").click()
    editor.get_by_label("Title").fill(RELEASE)
    editor.get_by_label("Description").fill("New guidance for hotels, taxis and parks.")
    editor.get_by_role("button", name="Create release").click()
    expect(editor.get_by_text("Now add what goes live with it.")).to_be_visible()
    release_url = editor.url.partition("#")[0]

    # --- Add: one page from its editor, others from the list
    editor.goto(f"{url}/admin/pages/{pages['hotels']}/edit/")
    editor.get_by_role("button", name="Actions", exact=True).click()
    editor.get_by_role("link", name="Add to release").click()
    editor.get_by_label(RELEASE).check()
    editor.get_by_role("button", name="Add to release").click()
    expect(editor.get_by_text(f"added to the release “{RELEASE}”")).to_be_visible()
    expect(editor.get_by_text(f"This is in the release “{RELEASE}”.")).to_be_visible()

    editor.goto(f"{url}/admin/pages/{made['section']}/?q=spring")
    for name in ("taxis", "links", "changed"):
        editor.locator(f"input[type=checkbox][data-object-id='{pages[name]}']").check()
    editor.get_by_role("link", name="Add selected pages to a release").click()
    editor.get_by_label(RELEASE).check()
    editor.get_by_role("button", name="Add to release").click()
    expect(editor.get_by_text("3 things were added")).to_be_visible()

    # --- The check fails, and says what to do
    editor.goto(release_url)
    editor.locator("#preflight").get_by_role("button", name="Check now").click()
    expect(editor.get_by_text("As it is, this release would not go live.")).to_be_visible()
    expect(editor.locator("#preflight").get_by_text("Consent in spring").first).to_be_visible()
    suggestion = editor.locator("#suggestions").get_by_role("button", name="Add", exact=False)
    expect(suggestion).to_have_count(1)
    picture(editor, "check-fails")

    # --- Put right with one button
    suggestion.click()
    expect(editor.get_by_text("“Consent in spring” is in this release.")).to_be_visible()
    editor.locator("#preflight").get_by_role("button", name="Check again").click()
    expect(editor.get_by_text("Checked: nothing would fail.")).to_be_visible()

    # --- Say when: a whole minute, far enough ahead for what is still to be done
    due = (datetime.now(LONDON) + timedelta(seconds=105)).replace(second=0, microsecond=0)
    editor.get_by_role("link", name="Set the times").click()
    editor.get_by_label("Goes live").fill(due.strftime("%Y-%m-%dT%H:%M"))
    editor.get_by_label("Goes live").press("Tab")
    expect(editor.locator("#release-sentence")).to_contain_text(f"{due:%H:%M} London time")
    picture(editor, "times")
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_text(f"“{RELEASE}” was saved.").first).to_be_visible()

    # --- Somebody else approves, and schedules
    approver.goto(release_url)
    expect(approver.get_by_text("Something has changed since it was checked")).to_be_visible()
    approver.locator("#approval").get_by_role("button", name="Check again").click()
    expect(approver.get_by_text("Checked: nothing would fail.")).to_be_visible()
    approver.get_by_role("button", name="Approve").click()
    expect(approver.get_by_text("Approved. Whatever changes")).to_be_visible()
    approver.get_by_role("button", name="Schedule").click()
    expect(approver.get_by_text("Scheduled. Everything goes live together on")).to_be_visible()
    picture(approver, "scheduled")
    assert datetime.now(LONDON) < due, "the story took too long to tell"

    # --- All of it at one moment
    section = "/en/guidance/"
    watched = [
        Watched(f"{section}{name}-{number}/", lambda status, _text: status == 200)
        for name in ("hotels", "taxis", "parks", "consent")
    ]
    watched.append(
        Watched(
            f"{section}myths-{number}/",
            lambda _status, text: "Myths and facts" in text,
        )
    )
    for one in watched:
        one.look(url)
        assert one.first_new_at is None, f"{one.path} is early"
    watch(url, watched, until=due + timedelta(seconds=30))

    lateness = {
        one.path: (one.first_new_at - due).total_seconds() if one.first_new_at else None
        for one in watched
    }
    print(f"due {due:%H:%M:%S}, first seen {lateness}")
    # How exact it is, `make bench` measures; here other tests use the machine too. Never early.
    assert all(late is not None and 0 <= late < 10 for late in lateness.values()), lateness
    assert [one.went_back for one in watched] == [[]] * len(watched)
    # A mix would be: something still old, asked for after something new had been answered.
    assert max(one.last_old_began for one in watched) <= min(one.first_new_ended for one in watched)

    if os.environ.get("RELEASE_PICTURES"):
        arabic = sign_in(new_reader(viewport=DESK), url, f"arabic-{number}", PASSWORD)
        pictures_of_the_rest(approver, arabic, url, release_url)

    # --- One action puts back what was before
    approver.goto(release_url)
    expect(approver.locator(".release-head").get_by_text("Live", exact=True)).to_be_visible()
    approver.get_by_role("link", name="Put back what was before…").click()
    expect(approver.get_by_text("Comes down: it was not public before").first).to_be_visible()
    picture(approver, "put-back")
    approver.get_by_label("Why").fill("The story is told.")
    approver.get_by_role("button", name="Put it back now").click()
    expect(approver.get_by_text("What was public before is public again.")).to_be_visible()
    for one in watched[:-1]:
        assert _fetch(url + one.path)[0] == 404
    text = _fetch(url + watched[-1].path)[1]
    assert "Myths in spring" in text
    assert "Myths and facts" not in text


def pictures_of_the_rest(page: Page, arabic: Page, url: str, release_url: str) -> None:
    """The list, the calendar, the dashboard; a phone; right to left."""
    for name, address in (
        ("list", f"{url}/admin/releases/"),
        ("calendar", f"{url}/admin/releases/calendar/"),
        ("dashboard", f"{url}/admin/"),
    ):
        page.goto(address)
        picture(page, name)
    page.set_viewport_size(PHONE)
    page.goto(release_url)
    picture(page, "phone")
    page.goto(f"{url}/admin/releases/calendar/")
    picture(page, "phone-calendar")
    page.set_viewport_size(DESK)
    arabic.goto(release_url)
    picture(arabic, "right-to-left")
