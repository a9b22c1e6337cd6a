"""A small campaign folder, to be changed by a test before it is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from campaign.packs.checking import check_pack
from campaign.packs.exceptions import PackProblemsError

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30" width="40" height="30"></svg>'

FILES: dict[str, str] = {
    "campaign.yaml": """\
name: Look closer
locale: en
settings:
  council_name: Example Borough Council
  area: Example
  not_sure_routes: ["101"]
  child_routes: [childline]
  report_page: /report/
  logo: lamp.svg
""",
    "hotspots.yaml": """\
- slug: hotels
  name: Hotels
  pictogram: bed
  order: 1
- slug: taxis
  name: Taxis
  pictogram: taxi
  order: 2
""",
    "contacts/all.yaml": """\
- slug: "999"
  name: Police emergency
  channel: phone
  urgency: now
  number: "999"
  hours: always
  cost: free
  independent_of_police: no
  verified_on: 2026-11-21
  verified_by: Campaign team
  review_due: 2027-02-21
  status: live
- slug: "101"
  name: Police
  channel: phone
  number: "101"
  audiences: [worried_adult, child]
  hours:
    mon-fri: "08:00-22:00"
    sat: "18:00-02:00"
  exceptions:
    - date: 2026-12-25
      closed: true
      note: Christmas
    - date: 2026-12-24
      closed: false
      opens: "09:00"
      closes: "12:30"
  verified_on: 2026-11-21
  verified_by: Campaign team
  review_due: 2027-02-21
  status: live
- slug: childline
  name: Childline
  channel: phone
  number: 0800 1111
  languages: [en, cy]
  minimum_age: 5
  accessible_alternatives: ["101", "999"]
  verified_on: 2026-11-21
  verified_by: Campaign team
  review_due: 2027-02-21
  status: live
- slug: old-line
  name: Old line
  channel: phone
  status: withdrawn
  replaced_by: childline
- slug: secret-line
  name: Not yet public
  channel: email
  live: false
""",
    "signs/hotels.yaml": """\
- code: HO-01
  text: "A young person says: “I am not allowed out”."
  observed: child
  hotspots: [hotels, taxis]
  noticed_by: [reception, housekeeping]
  caution: |
    Two lines,
    kept apart.
  confirmation: sourced
  do_now: /report/
- code: HO-02
  text: Waiting for a professional
  observed: place
  hotspots: [hotels]
  live: false
""",
    "glossary.yaml": """\
- slug: grooming
  term: Grooming
  definition: Building trust to harm.
""",
    "images/images.yaml": """\
- file: lamp.svg
  title: A lamp
  description: A lamp on a wall
""",
    "images/lamp.svg": SVG,
    "documents/documents.yaml": """\
- file: easy-read.txt
  title: Easy read
""",
    "documents/easy-read.txt": "Easy words.",
    "pages/index.md": """\
---
type: home_page
title: Look closer
heading: You do not need proof
---
## Start here

See [what happens](page:/report/) or call [[phone:childline]].

=== introduction
Words with **bold**.
""",
    "pages/report.md": """\
---
type: reporting_page
title: What happens
order: 2
checked_on: 2026-11-21
sensitive: yes
---
Before the panel.

::: action_panel
:::

::: steps
heading: Three steps
steps:
  - title: Call
    text: |
      Say what you saw.

      - where
      - when
  - title: Wait
    text: Stay **safe**.
:::

::: figure
image: lamp.svg
alt_text: A lamp
:::

::: contacts
heading: Who to call
routes: ["101", childline]
:::

::: next_steps
heading: Next
links:
  - text: Hotels
    page: /places/hotels/
  - text: Elsewhere
    url: https://example.org/?a=1&b=2
:::

After the blocks: [a site](https://example.org/?a=1&b=2).
""",
    "pages/places/index.md": """\
---
type: hotspot_index_page
title: Places
order: 1
---
""",
    "pages/places/hotels.md": """\
---
type: hotspot_page
title: Hotels
hotspot: hotels
---
=== what_to_do
Stay calm.

=== staff
- Ask for ID
- Write it down
""",
    "pages/places/taxis.md": """\
---
type: hotspot_page
title: Taxis
hotspot: taxis
order: 1
live: false
---
""",
}

WritePack = Callable[..., Path]


@pytest.fixture
def write_pack(tmp_path: Path) -> WritePack:
    """Write the small campaign; a file given as None is left out, others are added or replaced."""

    def write(changes: Mapping[str, str | bytes | None] | None = None, **options: Any) -> Path:
        root = tmp_path / options.get("name", "pack")
        for name, content in {**FILES, **(changes or {})}.items():
            path = root / name
            if content is None:
                path.unlink(missing_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                path.write_text(content, encoding="utf-8")
        return root

    return write


@pytest.fixture
def faults_of(write_pack: WritePack) -> Callable[..., list[str]]:
    """What a check says of the small campaign with some files changed."""

    def faults(changes: Mapping[str, str | bytes | None]) -> list[str]:
        try:
            check_pack(write_pack(changes))
        except PackProblemsError as error:
            return [str(problem) for problem in error.problems]
        return []

    return faults
