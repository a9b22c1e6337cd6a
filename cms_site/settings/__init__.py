"""Settings: `base` is shared, `embedded` needs nothing, `production` fails closed."""
