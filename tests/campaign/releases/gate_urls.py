"""The site's addresses with Wagtail's own APIs beside them, as a site may mount them."""

from __future__ import annotations

import importlib

from django.urls import path
from ninja import NinjaAPI
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.api.v3.errors import register_exception_handlers
from wagtail.api.v3.urls import api as api_v3
from wagtail.snippets.api.v3 import register_content_types, router

from cms_site import urls
from content_blocks.models import GlossaryTerm

api_v2 = WagtailAPIRouter("wagtailapi")
api_v2.register_endpoint("pages", PagesAPIViewSet)

# A snippet is in the API only where the site has said which of its fields. Ours say none, and
# Wagtail decided that at the start: the same router, made once more for one that does.
GlossaryTerm.api_fields = ["term", "slug", "definition"]
register_content_types()
snippets_v3 = NinjaAPI(urls_namespace="snippets_v3")
register_exception_handlers(snippets_v3)
snippets_v3.add_router("/", importlib.reload(router).router)

urlpatterns = [
    path("api/v2/", api_v2.urls),
    path("api/v3/snippets/", snippets_v3.urls),
    path("api/v3/", api_v3.urls),
    *urls.urlpatterns,
]
handler404 = urls.handler404
