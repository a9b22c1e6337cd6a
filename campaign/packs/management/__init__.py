"""The command line of campaign folders."""
