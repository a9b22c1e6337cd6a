"""Markdown to the rich text that is stored, and back.

The stored form is Wagtail's: `h2 h3 p ul ol li b br`, `<a linktype="page" id="…">`,
`<a href="…">` and the phone entity `<a linktype="contact" slug="…">`. The written form is the
Markdown for exactly these: `##`, `###`, `-`, `1.`, `**bold**`, `[text](page:/path/)`,
`[text](https://…)` and `[[phone:slug]]`. Anything else is refused, not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import Protocol
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

PAGE = "page:"
_PHONE = re.compile(r"\[\[phone:(?P<slug>[a-zA-Z0-9_-]+)\]\]")
_ITALIC = re.compile(r"\*(?=[^\s*])[^*\n]*\*|\b_(?=[^\s_])[^_\n]*_\b")
_SCHEMES = frozenset({"http", "https", "mailto"})

_FEATURES = {
    "h2": "h2",
    "h3": "h3",
    "ul": "ul",
    "ol": "ol",
    "strong": "bold",
    "a": "link",
    "phone": "contact-phone",
}
_REFUSED = {
    "em": gettext_lazy("Italics are not used; use **bold**, or plain words."),
    "blockquote": gettext_lazy("Write a quotation as a “::: quote” block."),
    "fence": gettext_lazy("Code is not used here."),
    "code_inline": gettext_lazy("Code is not used here."),
    "hr": gettext_lazy("Remove the rule; a heading divides a page."),
    "image": gettext_lazy("Write a picture as a “::: figure” block."),
    "html_block": gettext_lazy("HTML is not used here; write Markdown."),
    "html_inline": gettext_lazy("HTML is not used here; write Markdown."),
}


class LinkTargets(Protocol):
    """What links in text point to. The methods note a problem and return None on a dead link."""

    def page_id(self, path: str, *, line: int) -> int | None:
        """The id of the page at `path`, such as `/places/hotels/`."""

    def phone_text(self, slug: str, *, line: int) -> str | None:
        """What is stored between the tags of a phone entity (readers see the live record)."""


def _phone_rule(state: StateInline, silent: bool) -> bool:
    match = _PHONE.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("phone", "", 0)
        token.content = match["slug"]
    state.pos = match.end()
    return True


def _bold_rule(state: StateInline, silent: bool) -> bool:
    """`**` begins and ends bold wherever it stands.

    Markdown's own rule depends on the characters around it, so it cannot write down all the bold
    that an editor can make, such as `**Call:**now`.
    """
    italic = _ITALIC.match(state.src, state.pos)
    if state.src.startswith("**", state.pos):
        length, kind = 2, "bold"
    elif italic and not (state.pos and state.src[state.pos - 1].isalnum()):
        length, kind = len(italic[0]), "em"
    else:
        return False
    if not silent:
        state.push(kind, "", 0)
    state.pos += length
    return True


def _is_link(url: str) -> bool:
    return url is not None


def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": True}).enable(
        [
            *("heading", "list", "link", "escape", "newline"),
            # Parsed only to be refused with the line they stand on.
            *("blockquote", "hr", "fence", "image", "html_block", "html_inline", "backticks"),
        ]
    )
    parser.inline.ruler.before("link", "phone", _phone_rule)
    parser.inline.ruler.after("escape", "bold", _bold_rule)
    # Every address becomes a link, to be judged by `_Html._link`, which can say what is wrong.
    parser.validateLink = _is_link  # type: ignore[method-assign]
    parser.normalizeLink = str  # type: ignore[method-assign,assignment]
    return parser


_PARSER = _parser()


@dataclass
class _Html:
    """Turns Markdown tokens into stored rich text."""

    first_line: int
    features: Collection[str] | None
    targets: LinkTargets
    problem: Callable[[int, str, str], None]

    def __post_init__(self) -> None:
        self.out: list[str] = []
        self.line = self.first_line
        self.open: list[str] = []

    def write(self, tokens: Sequence[Token]) -> str:
        for token in tokens:
            if token.map:
                self.line = self.first_line + token.map[0]
            self._write_block(token)
        return "".join(self.out)

    def _write_block(self, token: Token) -> None:
        if token.type == "inline":
            for child in token.children or ():
                self._write_inline(child)
            self._close_bold()
        elif token.type in _REFUSED or token.type.removesuffix("_open") in _REFUSED:
            self._refuse(token.type.removesuffix("_open"))
        elif token.type == "heading_open" and token.tag not in ("h2", "h3"):
            self.problem(
                self.line,
                _("A heading of level %(level)s is not used here.") % {"level": token.tag[1:]},
                _("Use ## or ###; the page's title is its first level."),
            )
        elif token.type == "paragraph_open" and token.level and self.out[-1] == "":
            self.problem(
                self.line,
                _("A list item holds two paragraphs."),
                _("Make it one, or make it two items."),
            )
        elif token.nesting and not (token.tag == "p" and token.level):
            if token.nesting > 0:
                self._need(token.tag)
            self.out.append(f"<{'/' if token.nesting < 0 else ''}{token.tag}>")
        elif token.type == "paragraph_close":
            # Inside a list item a paragraph has no tags; this mark shows that one ended.
            self.out.append("")

    def _write_inline(self, token: Token) -> None:
        kind = token.type
        if kind == "text":
            self.out.append(escape(token.content, quote=False))
        elif kind == "softbreak":
            self.line += 1
            self.out.append(" ")
        elif kind == "hardbreak":
            self.line += 1
            self.out.append("<br/>")
        elif kind == "bold":
            self._bold()
        elif kind == "link_open":
            self._need("a")
            self.open.append("a")
            self.out.append(self._link(str(token.attrs["href"])))
        elif kind == "link_close":
            self._close_bold()
            self.open.remove("a")
            self.out.append("</a>")
        elif kind == "phone":
            self._phone(token.content)
        elif kind.removesuffix("_open") in _REFUSED:
            self._refuse(kind.removesuffix("_open"))

    def _bold(self) -> None:
        if self.open[-1:] == ["b"]:
            self.open.pop()
            self.out.append("</b>")
            return
        self._need("strong")
        self.open.append("b")
        self.out.append("<b>")

    def _close_bold(self) -> None:
        if self.open[-1:] == ["b"]:
            self.problem(
                self.line,
                _("Bold begins with ** and does not end."),
                _("Put ** after the last bold word, in the same paragraph or link."),
            )
            self.open.pop()
            self.out.append("</b>")

    def _link(self, href: str) -> str:
        if href.startswith(PAGE):
            number = self.targets.page_id(href.removeprefix(PAGE), line=self.line)
            return f'<a linktype="page" id="{number or 0}">'
        parts = urlsplit(href)
        if parts.scheme not in _SCHEMES or not (parts.netloc or parts.scheme == "mailto"):
            self.problem(
                self.line,
                _("“%(href)s” is not an address a link can have.") % {"href": href},
                _("Use page:/path/ for a page, https://… for a site, [[phone:slug]] for a number."),
            )
        return f'<a href="{escape(href)}">'

    def _phone(self, slug: str) -> None:
        self._need("phone")
        text = self.targets.phone_text(slug, line=self.line)
        self.out.append(
            f'<a linktype="contact" slug="{slug}">{escape(text or "", quote=False)}</a>'
        )

    def _need(self, what: str) -> None:
        feature = _FEATURES.get(what)
        if feature and self.features is not None and feature not in self.features:
            self.problem(
                self.line,
                _("This text may not hold “%(feature)s”.") % {"feature": feature},
                _("It may hold: %(features)s.") % {"features": ", ".join(self.features) or "–"},
            )

    def _refuse(self, kind: str) -> None:
        self.problem(self.line, _("This Markdown is not used here."), str(_REFUSED[kind]))


def to_html(
    text: str,
    *,
    line: int,
    features: Collection[str] | None,
    targets: LinkTargets,
    problem: Callable[[int, str, str], None],
) -> str:
    """Stored rich text from Markdown whose first line is line `line`.

    `features` are those of the field (None allows all that Markdown has here); `problem` is called
    with line, what and fix for each fault.
    """
    return _Html(line, features, targets, problem).write(_PARSER.parse(text))


class LinkNames(Protocol):
    """The names under which links are written."""

    def page_path(self, number: int) -> str | None:
        """The path of a page of this campaign, or None when there is no such page."""


class NotWritableError(ValueError):
    """Stored rich text holds something the written form has no words for."""


_INLINE = re.compile(r"[\\`*\[\]<]|(?<![^\W_])_|_(?![^\W_])")
_LINE_START = re.compile(r"^(?:[#>+=~-]|:::|\d+(?=[.)]))")
_UNSAFE_IN_LINK = re.compile(r"[\s()<>\\]")
_BLOCKS = frozenset({"p", "h2", "h3"})


class _Markdown(HTMLParser):
    """Turns stored rich text into Markdown."""

    def __init__(self, names: LinkNames) -> None:
        super().__init__(convert_charrefs=True)
        self.names = names
        self.blocks: list[str] = []
        self.inline: list[str] = []
        self.prefix = ""
        self.lists: list[list[int]] = []
        self.link_ends: list[str] = []
        self.muted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end_block()
            self.prefix = {"h2": "## ", "h3": "### ", "p": self.prefix}[tag]
        elif tag in ("ul", "ol"):
            self._end_block()
            self.lists.append([0, 1 if tag == "ol" else 0])
        elif tag == "li" and self.lists:
            self._end_block()
            self.lists[-1][0] += 1
            number, ordered = self.lists[-1]
            self.prefix = f"{number}. " if ordered else "- "
        elif tag in ("b", "strong"):
            self.inline.append("**")
        elif tag == "br":
            self.inline.append("\\\n")
        elif tag == "a":
            self._start_link({name: value or "" for name, value in attrs})
        else:
            raise NotWritableError(_("<%(tag)s> has no written form") % {"tag": tag})

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol"):
            self._end_block()
            self.lists.pop()
        elif tag in _BLOCKS or tag == "li":
            self._end_block()
        elif tag in ("b", "strong"):
            self.inline.append("**")
        elif tag == "a":
            self.muted = 0
            self.inline.append(self.link_ends.pop())

    def handle_data(self, data: str) -> None:
        if not self.muted:
            text = re.sub(r"[ \t\r\n]+", " ", data)
            self.inline.append(_INLINE.sub(lambda found: "\\" + found[0], text))

    def _start_link(self, attrs: dict[str, str]) -> None:
        kind = attrs.get("linktype", "")
        if kind == "contact":
            self.inline.append(f"[[phone:{attrs.get('slug', '')}]]")
            self.link_ends.append("")
            self.muted = 1
        elif kind == "page":
            number = attrs.get("id", "")
            path = self.names.page_path(int(number)) if number.isdecimal() else None
            self._open(f"{PAGE}{path}" if path else "")
        elif kind:
            raise NotWritableError(
                _("a link of type “%(kind)s” has no written form") % {"kind": kind}
            )
        else:
            self._open(attrs.get("href", ""))

    def _open(self, href: str) -> None:
        """Start a link; one that leads nowhere is written as its words."""
        if not href:
            self.link_ends.append("")
            return
        self.inline.append("[")
        if _UNSAFE_IN_LINK.search(href):
            href = "<" + re.sub(r"([<>\\])", r"\\\1", href) + ">"
        self.link_ends.append(f"]({href})")

    def _end_block(self) -> None:
        text = "".join(self.inline).strip(" \n")
        self.inline = []
        if not text:
            return
        lines = [_LINE_START.sub(_escape_start, line) for line in text.split("\n")]
        depth = max(len(self.lists) - 1, 0)
        indent = "   " * depth
        hang = " " * len(self.prefix) if self.lists else ""
        body = ("\n" + indent + hang).join(lines)
        self.blocks.append(f"{indent}{self.prefix}{body}")
        self.prefix = ""

    def text(self) -> str:
        self._end_block()
        out = ""
        for block in self.blocks:
            tight = out and _ITEM.match(block) and _ITEM.match(out.rsplit("\n\n", 1)[-1])
            out += ("\n" if tight else "\n\n" if out else "") + block
        return out


_ITEM = re.compile(r"^ *(?:-|\d+\.) ")


def _escape_start(found: re.Match[str]) -> str:
    start = found[0]
    return f"{start}\\" if start.isdecimal() else f"\\{start}"


def to_markdown(html: str, *, names: LinkNames) -> str:
    """Markdown that `to_html` turns into the same rich text.

    Raises:
        NotWritableError: the rich text holds a tag or a kind of link with no written form.
    """
    writer = _Markdown(names)
    writer.feed(html)
    writer.close()
    return writer.text()
