from __future__ import annotations
from django.core.cache import cache
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.campaign.pages.test_query_counts import COUNTS, make, ContactRouteFactory

def test_tmp(home, client):
    out = open("/tmp/pages/counts2.txt", "w")
    for build in COUNTS:
        row = []
        for items in (1, 3):
            sid = transaction.savepoint()
            make.campaign_settings(contact_directory=home, privacy_page=home, accessibility_page=home, safety_page=home).set_action_routes(
                not_sure=[ContactRouteFactory(slug=f"not-sure-{i}") for i in range(items)],
                child=[ContactRouteFactory(slug=f"child-{i}") for i in range(items)])
            page = build(home, items); url = page.url; cache.clear(); client.get(url)
            with CaptureQueriesContext(connection) as q:
                r = client.get(url)
            row.append(len(q))
            with open(f"/tmp/pages/sql_{build.__name__}_{items}.txt", "w") as f:
                f.write("\n".join(x["sql"][:260] for x in q))
            transaction.savepoint_rollback(sid)
        print(build.__name__, *row, file=out, flush=True)
