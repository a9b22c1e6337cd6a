"""The folder as a broker: whole messages only, each once, in order, and nothing climbs out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError

from cms_site import file_broker

pytestmark = pytest.mark.one_database

PRODUCERS = 4
MESSAGES = 500


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    file_broker.register()
    with Connection(file_broker.address(tmp_path / "broker")) as connection:
        yield connection


def send(connection: Connection, *bodies: Any, queue: str = "work") -> None:
    with connection.Producer() as producer:
        for body in bodies:
            producer.publish(body, routing_key=queue, declare=[Queue(queue, routing_key=queue)])


def receive(connection: Connection, queue: str = "work") -> list[Any]:
    bodies = []
    with connection.SimpleQueue(Queue(queue, routing_key=queue)) as simple:
        while True:
            try:
                message = simple.get_nowait()
            except Empty:
                return bodies
            message.ack()
            bodies.append(message.payload)


def test_messages_arrive_once_and_in_order(connection: Connection) -> None:
    send(connection, *range(20))

    assert receive(connection) == list(range(20))
    assert receive(connection) == []


def test_messages_survive_the_process_that_sent_them(tmp_path: Path) -> None:
    file_broker.register()
    address = file_broker.address(tmp_path / "a folder with spaces")
    with Connection(address) as first:
        send(first, "kept")
    with Connection(address) as second:
        assert receive(second) == ["kept"]


def test_queues_do_not_mix(connection: Connection) -> None:
    send(connection, "a", queue="one")
    send(connection, "b", queue="two")

    assert receive(connection, "two") == ["b"]
    assert receive(connection, "one") == ["a"]


@pytest.mark.parametrize("name", ["..", ".", "../outside", "/etc", "a/b", "ü.ü"])
def test_queue_name_cannot_leave_the_folder(
    connection: Connection, tmp_path: Path, name: str
) -> None:
    send(connection, "x", queue=name)

    [file] = tmp_path.rglob("*.json")
    assert file.parent.parent == tmp_path / "broker"
    assert receive(connection, name) == ["x"]


def test_half_written_message_is_not_seen(connection: Connection, tmp_path: Path) -> None:
    send(connection, "whole")
    folder = tmp_path / "broker" / "work"
    (folder / ".0000-half.json").write_text('{"body": "ha', encoding="utf-8")

    assert receive(connection) == ["whole"]


def test_unreadable_message_is_dropped_and_the_next_one_read(
    connection: Connection, tmp_path: Path
) -> None:
    send(connection, "good")
    folder = tmp_path / "broker" / "work"
    (folder / "0000-broken.json").write_text('{"body": "ha', encoding="utf-8")

    assert receive(connection) == ["good"]
    assert list(folder.iterdir()) == []


def test_message_that_another_worker_takes_first_is_left_to_it(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(connection, "theirs", "ours")
    read_text = Path.read_text

    def read_after_another_took_the_first(path: Path, *args: Any, **kwargs: Any) -> str:
        text = read_text(path, *args, **kwargs)
        monkeypatch.setattr(Path, "read_text", read_text)
        path.unlink()
        return text

    monkeypatch.setattr(Path, "read_text", read_after_another_took_the_first)

    assert receive(connection) == ["ours"]


def test_purge_counts_what_it_removed(connection: Connection) -> None:
    send(connection, 1, 2, 3)
    channel = connection.default_channel

    assert channel.queue_purge("work") == 3
    assert channel.queue_purge("work") == 0
    assert receive(connection) == []


def test_deleted_queue_is_empty(connection: Connection) -> None:
    queue = Queue("work", Exchange("named"), routing_key="work")
    bound = queue(connection.default_channel)
    bound.declare()
    with connection.Producer() as producer:
        producer.publish("gone", exchange="named", routing_key="work")
    assert bound.queue_declare(passive=True).message_count == 1

    bound.delete()

    assert receive(connection) == []


def test_full_disk_is_an_error_the_caller_can_expect_and_leaves_nothing(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_args: Any, **_kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", no_space)

    with pytest.raises(OperationalError, match="No space left on device"):
        send(connection, "lost")
    assert list(tmp_path.rglob("*.json")) == []


WORKER = textwrap.dedent(
    """
    from __future__ import annotations
    import os, sys
    from pathlib import Path
    from celery import Celery
    from cms_site import file_broker

    file_broker.register()
    folder = Path(os.environ["FOLDER"])
    app = Celery("many", fixups=[], broker=file_broker.address(folder / "broker"))
    app.conf.update(task_ignore_result=True, worker_enable_remote_control=False)

    @app.task(name="note")
    def note(text):
        # O_APPEND writes of a line are whole.
        handle = os.open(folder / "seen", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(handle, (text + "\\n").encode())
        os.close(handle)

    if sys.argv[1] == "worker":
        app.worker_main(["worker", "-P", "threads", "-c", "4", "--without-gossip",
                         "--without-mingle", "--without-heartbeat", "-l", "error"])
    else:
        for number in range(int(sys.argv[3])):
            note.delay(f"{sys.argv[2]}-{number}")
    """
)


@pytest.fixture
def script(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start the script above in a process of its own; all are ended after the test."""
    path = tmp_path / "many.py"
    path.write_text(WORKER, encoding="utf-8")
    started: list[subprocess.Popen[bytes]] = []
    paths = [str(Path(__file__).resolve().parents[2]), *sys.path]

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, str(path), *arguments],
            env=os.environ | {"FOLDER": str(tmp_path), "PYTHONPATH": os.pathsep.join(paths)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.services
@pytest.mark.slow
def test_many_producers_lose_nothing_and_repeat_nothing(
    script: Callable[..., subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    """Kombu's own file transport delivers 967 to 1999 of these 2000, and its worker dies."""
    workers = [script("worker"), script("worker")]
    producers = [script("produce", str(number), str(MESSAGES)) for number in range(PRODUCERS)]
    assert [producer.wait(timeout=120) for producer in producers] == [0] * PRODUCERS
    assert [worker.poll() for worker in workers] == [None, None]

    seen = tmp_path / "seen"
    deadline = time.monotonic() + 120
    lines: list[str] = []
    while time.monotonic() < deadline and len(lines) < PRODUCERS * MESSAGES:
        time.sleep(0.2)
        lines = seen.read_text(encoding="utf-8").splitlines() if seen.exists() else []

    expected = {f"{p}-{m}" for p in range(PRODUCERS) for m in range(MESSAGES)}
    assert len(lines) == len(expected)
    assert set(lines) == expected
    assert [worker.poll() for worker in workers] == [None, None]
    assert list(tmp_path.rglob(".*.json")) == []
