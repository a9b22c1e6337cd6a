"""Play scenarios on one of the two sites, each over a fresh copy of its database.

    python -m tests.conformance.play stock M1 M3

For each scenario one line of JSON says what was observed. Which database and folder to use stand
in the environment (`environment_of` in `conftest.py`).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any, TextIO

SITES = {
    "stock": ("tests.conformance.stock_site", "Stock"),
    "waymark": ("tests.conformance.waymark_site", "Waymark"),
}


def main(site: str, codes: list[str], results: TextIO) -> None:
    """Make the site, then play each scenario and write down what it observed."""
    package, side_class = SITES[site]
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{package}.settings"

    import django  # noqa: PLC0415 - only now is it known which settings

    django.setup()
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    setup_test_environment(debug=False)
    side = getattr(importlib.import_module(f"{package}.side"), side_class)()
    before = dict(connection.settings_dict)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        side.prepare()
        for code in codes:
            with copy_of_database(code):
                print(json.dumps(play(side, code)), file=results, flush=True)
    finally:
        connection.creation.destroy_test_db(before["NAME"], verbosity=0)


def play(side: Any, code: str) -> dict[str, Any]:
    """One scenario: what it observed, or where it broke down."""
    from django.utils import translation  # noqa: PLC0415 - needs the site

    from tests.conformance.sides import NOW, clock  # noqa: PLC0415

    scenario = importlib.import_module(f"tests.conformance.test_{code.lower()}").scenario
    begun = time.perf_counter()
    try:
        with clock(NOW), translation.override("en"):
            outcome = {"observed": scenario(side)}
    except Exception:  # noqa: BLE001 - the test that asked for it reports it
        outcome = {"error": traceback.format_exc()}
    return {"code": code, "seconds": round(time.perf_counter() - begun, 1), **outcome}


@contextlib.contextmanager
def copy_of_database(code: str) -> Iterator[None]:
    """Work on a copy of the prepared database, which is gone afterwards."""
    from django.core import mail  # noqa: PLC0415 - needs the site
    from django.core.cache import cache  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    prepared = dict(connection.settings_dict)
    connection.close()
    connection.creation.clone_test_db(code, verbosity=0, autoclobber=True)
    connection.settings_dict.update(connection.creation.get_test_db_clone_settings(code))
    cache.clear()
    mail.outbox = []
    try:
        yield
    finally:
        connection.close()
        copy = connection.settings_dict["NAME"]
        connection.settings_dict.update(prepared)
        connection.creation._destroy_test_db(copy, verbosity=0)


if __name__ == "__main__":
    # Whatever a site or a command prints goes elsewhere: the results stand alone.
    with contextlib.redirect_stdout(sys.stderr):
        main(sys.argv[1], sys.argv[2:], sys.__stdout__)
