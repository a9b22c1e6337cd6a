"""The page types of a campaign and the site's own pages."""
