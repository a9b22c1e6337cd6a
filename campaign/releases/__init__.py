"""When things go out and come down: due work, attempts, and the record of both."""
