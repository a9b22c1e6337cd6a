"""`load_campaign` and `dump_campaign`."""
