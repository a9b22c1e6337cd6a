"""A campaign as a folder of readable files: check, load, dump."""
