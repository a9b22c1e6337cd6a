"""The stock site of the conformance tests, on a database set up as ours is: the fairest peer."""

from __future__ import annotations

from cms_site.databases import database
from tests.conformance.stock_site.settings import *  # noqa: F403
from tests.conformance.stock_site.settings import env

DATABASES = {"default": database(env.str("CONFORMANCE_DATABASE"))}
