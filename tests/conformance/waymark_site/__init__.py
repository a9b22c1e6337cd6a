"""Waymark as `cms_site` runs it, in three languages."""
