"""A plain Wagtail site: Wagtail, wagtail-localize, one page type, one snippet; nothing of ours."""
