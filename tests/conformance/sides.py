"""What a scenario may ask of either site, in terms that both of them know.

A scenario sees pages, editors, readers and the clock, and never a model of one of the sites.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.blocks import StreamValue
from wagtail.models import Locale, Page, PageLogEntry, Revision
from wagtail.signals import page_published
from wagtail.test.utils.form_data import nested_form_data, streamfield

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
"""The moment at which every scenario begins; the clock runs on from there."""


def later(**time: float) -> datetime:
    """A moment after the beginning: `later(days=5)`."""
    return NOW + timedelta(**time)


def clock(moment: datetime) -> Any:
    """Put the clock to a moment; it runs on from there."""
    return time_machine.travel(moment, tick=True)


@dataclass(frozen=True)
class Answer:
    """What an editor gets: a status after all redirects, and the messages on top of the page."""

    status: int
    messages: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Ending:
    """How a process ended: below zero by which signal, and what it had to say."""

    exit: int
    answer: Any


class Side:
    """One site. The two subclasses say which page type and which snippet are its plain ones."""

    name: str
    page_model: type[Page]
    text_block: Callable[[str], Any]

    # --- The site as it stands before any scenario ------------------------------------------------

    def prepare(self) -> None:
        """Make what every scenario finds: a home page, two more languages, an editor in chief."""
        for code in ("ar", "fr"):
            Locale.objects.create(language_code=code)
        get_user_model().objects.create_superuser("chief", "chief@example.org", "chief")
        self.make_home()

    def make_home(self) -> None:
        """Put a live home page of this site where the default site begins."""
        raise NotImplementedError

    def helpline(self, name: str, number: str, **dates: Any) -> tuple[Any, dict[str, Any]]:
        """A live snippet with drafts, and the block that shows it on a page."""
        raise NotImplementedError

    # --- Pages ------------------------------------------------------------------------------------

    @property
    def home(self) -> Page:
        """The home page in the language of the site."""
        return Page.objects.get(depth=2, locale__language_code="en").specific

    def page(
        self, title: str, *, text: str = "Trust what you saw.", block: Any = None, live: bool = True
    ) -> Page:
        """A page below home with a first version; published unless it is not to be `live`."""
        body = block or self.text_block(text)
        page = self.page_model(
            title=title,
            slug=title.lower().replace(" ", "-"),
            summary=f"About {title.lower()}.",
            body=json.dumps([body]),
            live=False,
        )
        self.home.add_child(instance=page)
        revision = page.save_revision(user=self.chief)
        if live:
            revision.publish(user=self.chief)
        return self.again(page)

    def create(self, title: str) -> Page:
        """Save a new page below home as a draft, in the editor's form."""
        path = reverse(
            "wagtailadmin_pages:add",
            args=[self.page_model._meta.app_label, self.page_model._meta.model_name, self.home.pk],
        )
        slug = title.lower()
        answer = self.post(
            path, nested_form_data({"title": title, "slug": slug, "body": streamfield([])})
        )
        assert answer.status == 200, answer.text
        return Page.objects.get(slug=slug, locale=self.home.locale).specific

    def again(self, page: Page) -> Page:
        """The page as it now is in the database."""
        return Page.objects.get(pk=page.pk).specific

    def schedule(
        self,
        page: Page,
        *,
        go_live_at: datetime | None,
        expire_at: datetime | None = None,
        **to: Any,
    ) -> Revision:
        """Approve a new version of a page, as the editor's button does."""
        draft = self.again(page).get_latest_revision_as_object()
        draft.go_live_at, draft.expire_at = go_live_at, expire_at
        for name, value in to.items():
            setattr(draft, name, value)
        revision = draft.save_revision(user=self.chief)
        revision.publish(user=self.chief)
        revision.refresh_from_db()
        return revision

    def change_text(self, page: Page, text: str) -> None:
        """Publish a page with another text."""
        draft = self.again(page).get_latest_revision_as_object()
        draft.body = json.dumps([self.text_block(text)])
        draft.save_revision(user=self.chief).publish(user=self.chief)

    def is_scheduled(self, page: Page) -> bool:
        """Whether some version of the page still has an approved time."""
        scheduled = Revision.objects.for_instance(page).filter(approved_go_live_at__isnull=False)
        return scheduled.exists()

    def is_live(self, page: Page) -> bool:
        """What the page's row says."""
        return Page.objects.get(pk=page.pk).live

    def times_logged(self, *pages: Page, action: str = "wagtail.publish.scheduled") -> int:
        """How often the audit log has an action on these pages."""
        pks = [page.pk for page in pages]
        return PageLogEntry.objects.filter(page__in=pks, action=action).count()

    # --- Languages --------------------------------------------------------------------------------

    def mirror_the_tree(self, *languages: str) -> None:
        """Have wagtail-localize keep an alias of every English page in these languages."""
        synchronization = apps.get_model("wagtail_localize", "LocaleSynchronization")
        for language in languages:
            synchronization.objects.create(
                locale=Locale.objects.get(language_code=language), sync_from=self.home.locale
            )

    def submit_for_translation(self, page: Page, language: str) -> Answer:
        """Press "Translate this page", choose a language, and submit."""
        return self.post(
            reverse("wagtail_localize:submit_page_translation", args=[page.pk]),
            {"locales": [Locale.objects.get(language_code=language).pk]},
        )

    def translate(self, page: Page, language: str) -> Page:
        """Submit a page for translation and translate all its texts, in wagtail-localize's views.

        The translation is a draft afterwards.
        """
        self.submit_for_translation(page, language)
        target = self.translation_of(page, language)
        self.translate_strings(target)
        return target

    def translation_of(self, page: Page, language: str) -> Page:
        """The page of the same language set in another language."""
        return Page.objects.get(
            translation_key=page.translation_key, locale__language_code=language
        ).specific

    def record_of(self, target: Page) -> Any:
        """wagtail-localize's record of a translation."""
        return apps.get_model("wagtail_localize", "Translation").objects.get(
            source__object_id=target.translation_key, target_locale=target.locale
        )

    def translate_strings(self, target: Page) -> None:
        """Type a translation into every field of the translator's form."""
        record = self.record_of(target)
        for segment in record.source.stringsegment_set.order_by("order"):
            answer = self.editor().put(
                reverse("wagtail_localize:edit_string_translation", args=[record.pk, segment.pk]),
                data=f"value={target.locale.language_code} {segment.string.data}",
                content_type="application/x-www-form-urlencoded",
            )
            assert answer.status_code in (200, 201), answer.content

    def publish_translation(self, target: Page) -> Answer:
        """Press "Publish" in the translator's form."""
        return self.post(
            reverse("wagtailadmin_pages:edit", args=[target.pk]), {"action": "publish"}
        )

    def sync_translations(self, page: Page) -> Answer:
        """Press "Sync translated pages" of the source."""
        source = apps.get_model("wagtail_localize", "TranslationSource").objects.get(
            object_id=page.translation_key
        )
        return self.post(reverse("wagtail_localize:update_translations", args=[source.pk]), {})

    # --- Editors and readers ----------------------------------------------------------------------

    @property
    def chief(self) -> Any:
        """The editor in chief, who may do everything."""
        return get_user_model().objects.get(username="chief")

    def editor(self) -> Client:
        """The chief's browser, signed in anew, since the clock may have outrun the session."""
        client = Client(raise_request_exception=False)
        client.force_login(self.chief)
        return client

    def post(self, path: str, data: dict[str, Any]) -> Answer:
        """Send a form, follow where it leads."""
        response = self.editor().post(path, data, follow=True)
        text = response.content.decode()
        shown = (response.context or {}).get("messages", ())
        return Answer(response.status_code, tuple(str(message) for message in shown), text)

    def form_of(self, page: Page, **changes: Any) -> dict[str, Any]:
        """What a browser sends for a page's edit form when only `changes` are typed."""
        path = reverse("wagtailadmin_pages:edit", args=[page.pk])
        form = self.editor().get(path).context["form"]
        fields = {
            field.html_name: field.field.widget.format_value(field.value()) or ""
            for field in form
            if not isinstance(field.value(), (StreamValue, bool))
        }
        return fields | nested_form_data({"body": streamfield([])}) | changes

    def status(self, page: Page) -> int:
        """What a reader gets at the address that this page would have."""
        return Client(raise_request_exception=False).get(self.path_of(page)).status_code

    def path_of(self, page: Page) -> str:
        """The address that a page has now, live or not."""
        return self.again(page).get_url_parts()[2]

    def text_of(self, page: Page) -> str:
        """What a reader is shown at the address of a page."""
        return Client().get(self.path_of(page)).content.decode()

    def run_effects(self) -> None:
        """Do what the site leaves to its background work; a stock site leaves nothing."""

    def reports_mention(self, *words: str) -> bool:
        """Whether any report in the admin shows all these words on one page."""
        from wagtail.admin.menu import reports_menu  # noqa: PLC0415 - filled by hooks

        client = self.editor()
        reports = [client.get(item.url) for item in reports_menu.registered_menu_items]
        return any(all(word in page.content.decode() for word in words) for page in reports)

    # --- Time and processes -----------------------------------------------------------------------

    def publish_due(self, at: datetime) -> str:
        """One run of the site's `publish_scheduled` at a moment; says how it ended."""
        # A process of its own would not speak the language of the last reader.
        with clock(at), translation.override("en"), open(os.devnull, "w") as nowhere:
            try:
                call_command("publish_scheduled", stdout=nowhere)
            except CommandError as error:
                return f"ended, and said: {str(error).partition(';')[0]}"
            except Exception as error:  # noqa: BLE001 - how it ends is the observation
                return f"aborted: {type(error).__name__}"
        return "ended"

    def in_processes(self, count: int, work: Callable[[], Any]) -> list[Ending]:
        """Do the same in several processes at once, each with connections of its own."""
        connections.close_all()
        gun_out, gun_in = os.pipe()
        children = []
        for _number in range(count):
            answer_out, answer_in = os.pipe()
            pid = os.fork()
            if pid == 0:
                os.close(gun_in)
                _live_and_die(gun_out, answer_in, work)
            os.close(answer_in)
            children.append((pid, answer_out))
        os.close(gun_in)
        os.close(gun_out)
        return [_ending_of(pid, answer) for pid, answer in children]


def _live_and_die(gun: int, answer: int, work: Callable[[], Any]) -> None:
    """In the child: wait for the starting gun, work, answer, and never return."""
    status = 1
    try:
        os.read(gun, 1)
        os.write(answer, json.dumps(work()).encode())
        status = 0
    finally:
        os._exit(status)


def _ending_of(pid: int, answer: int) -> Ending:
    with os.fdopen(answer) as pipe:
        said = pipe.read()
    _pid, status = os.waitpid(pid, 0)
    return Ending(os.waitstatus_to_exitcode(status), json.loads(said) if said else None)


@contextmanager
def publications_announced() -> Iterator[list[tuple[int, bool]]]:
    """Every `page_published` that is sent meanwhile: the page, and whether it was live."""
    seen: list[tuple[int, bool]] = []

    def listen(instance: Page, **kwargs: Any) -> None:
        seen.append((instance.pk, Page.objects.get(pk=instance.pk).live))

    page_published.connect(listen)
    try:
        yield seen
    finally:
        page_published.disconnect(listen)
