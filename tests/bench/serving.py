"""How fast a page is served, beside two peers on the same machine.

The peers: Wagtail's own plain page (a title, no content) on the same server and database, which is
the least that any Wagtail page costs; and nginx serving the very bytes of our page from a file,
which is what a stored copy would cost. Loopback only, a few seconds each, in alternating rounds;
the middle round counts. Times of one machine say little; the ratios say more.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 4
ROUNDS = 3
CONNECTIONS = 8
PAGES = {"guidance": "/en/guidance/consent/", "place": "/en/places/hotels/"}
STOCK = "/en/stock-page/"

PREPARE = """
import django
django.setup()
from django.core.management import call_command
from cms_site.first_start import DEMONSTRATION
call_command("migrate", verbosity=0)
call_command("load_campaign", str(DEMONSTRATION), verbosity=0)
from wagtail.models import Page, Site
Site.objects.get().root_page.add_child(instance=Page(title="Stock page", slug="stock-page"))
"""

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  default_type text/html;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/public; }}
}}
"""


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(command: list[str], url: str, environment: dict[str, str]) -> Iterator[None]:
    """A server that answers at `url`, ended afterwards."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise
                time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def requests_per_second(url: str) -> float:
    """One bounded round of wrk."""
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    if "Non-2xx" in out:
        sys.exit(f"{url} answered with errors:\n{out}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found, out
    return float(found[1])


def measure(urls: dict[str, str]) -> dict[str, float]:
    """The middle of some rounds for each address, taken in turn."""
    rounds: dict[str, list[float]] = {name: [] for name in urls}
    for _ in range(ROUNDS):
        for name, url in urls.items():
            rounds[name].append(requests_per_second(url))
    return {name: statistics.median(values) for name, values in rounds.items()}


def report(speeds: dict[str, float], sizes: dict[str, int]) -> None:
    """Print the figures and the ratios."""
    print(f"\n{'served':30} {'requests/s':>12} {'bytes':>8}")
    for name, speed in speeds.items():
        print(f"{name:30} {speed:12.1f} {sizes[name]:8}")
    print()
    for name in PAGES:
        print(
            f"{name}: {speeds[name] / speeds['stock Wagtail page']:.2f} x stock Wagtail page, "
            f"1/{speeds[f'nginx, bytes of {name}'] / speeds[name]:.0f} of nginx"
        )


def main() -> None:
    """Run it all, or say what is missing."""
    missing = [tool for tool in ("wrk", "nginx") if shutil.which(tool) is None]
    if missing:
        print(f"SKIPPED: page throughput needs {' and '.join(missing)} (apt-get install wrk nginx)")
        return
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as name:
        folder = Path(name)
        site, peer = free_port(), free_port()
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.bench.bench_settings",
            "VAR_DIR": str(folder / "var"),
            "PORT": str(site),
            "PYTHONPATH": str(ROOT),
        }
        print("Preparing the demonstration campaign …", flush=True)
        subprocess.run([sys.executable, "-c", PREPARE], cwd=ROOT, env=environment, check=True)
        gunicorn = [
            *(sys.executable, "-m", "gunicorn", "cms_site.wsgi", "--bind", f"127.0.0.1:{site}"),
            *("--worker-class", "gthread", "--threads", "8", "--log-level", "warning"),
            "--no-control-socket",
        ]
        base = f"http://127.0.0.1:{site}"
        with server(gunicorn, f"{base}/health/ready", environment):
            urls = {name: base + path for name, path in PAGES.items()}
            urls["stock Wagtail page"] = base + STOCK
            bodies = {name: urllib.request.urlopen(url).read() for name, url in urls.items()}
            public = folder / "public"
            public.mkdir()
            folder.chmod(0o755)
            for page in PAGES:
                (public / page).write_bytes(bodies[page])
                urls[f"nginx, bytes of {page}"] = f"http://127.0.0.1:{peer}/{page}"
                bodies[f"nginx, bytes of {page}"] = bodies[page]
            configuration = folder / "nginx.conf"
            configuration.write_text(NGINX.format(folder=folder, port=peer), encoding="utf-8")
            first = next(iter(PAGES))
            with server(
                ["nginx", "-c", str(configuration), "-p", str(folder)],
                f"http://127.0.0.1:{peer}/{first}",
                dict(os.environ),
            ):
                report(measure(urls), {name: len(body) for name, body in bodies.items()})
