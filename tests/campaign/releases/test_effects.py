from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from campaign.releases import effects
from campaign.releases.conf import get_settings
from campaign.releases.effects import Outcome, prune_effects, run_effects
from campaign.releases.enums import EffectPriority, EffectState
from campaign.releases.exceptions import EffectNotRetryableError, EffectOutsideTransactionError
from campaign.releases.models import Effect
from campaign.releases.signals import effect_failed
from tests.factories.releases import DueWorkFactory, UserFactory

pytestmark = pytest.mark.django_db

LEASE = timedelta(seconds=get_settings().effect_lease)
FIRST_DELAY = timedelta(seconds=get_settings().retry_delays[0])
ALL_DELAYS = timedelta(seconds=sum(get_settings().retry_delays))


class Killed(BaseException):
    """What a killed worker does: nothing after it runs."""


def do_nothing(wanted: Sequence[Effect]) -> None:
    """Before an effect is carried out."""


class Probe:
    """Kinds of effect that note what they were asked to do, and fail when told to."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.before: Callable[[Sequence[Effect]], None] = do_nothing
        self.failing: set[str] = set()

    def __call__(self, wanted: Sequence[Effect]) -> None:
        self.seen.append([effect.payload["n"] for effect in wanted])
        self.before(wanted)
        if any(effect.payload["n"] in self.failing for effect in wanted):
            raise OSError("no route to host")


@pytest.fixture
def probe() -> Iterator[Probe]:
    probe = Probe()
    effects.register_kind("probe", probe, label="Probe")
    effects.register_kind("threes", probe, batch=3)
    yield probe
    effects.unregister_kind("probe")
    effects.unregister_kind("threes")


def add(n: str, address: str = "", kind: str = "probe", **options: Any) -> Effect:
    with transaction.atomic():
        return effects.add(kind, address=address, payload={"n": n}, **options)


def states() -> dict[str, str]:
    return {effect.payload["n"]: effect.state for effect in Effect.objects.order_by("pk")}


def run(at: datetime) -> Outcome:
    return run_effects(at)


# --- Adding ---------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_effect_belongs_to_a_transaction() -> None:
    with pytest.raises(EffectOutsideTransactionError, match="'probe'"):
        effects.add("probe")

    assert not Effect.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_taken_back_takes_its_effects_back(
    probe: Probe, at: datetime
) -> None:
    with transaction.atomic():
        effects.add("probe", payload={"n": "a"})
        transaction.set_rollback(True)

    run(at)
    assert (Effect.objects.count(), probe.seen) == (0, [])


@pytest.mark.parametrize("count", [1, 30])
def test_adding_many_is_one_query(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        effects.add_all([effects.NewEffect(kind="probe", address=f"/{n}/") for n in range(count)])


def test_adding_nothing_needs_no_transaction() -> None:
    assert effects.add_all([]) == []


def test_an_address_that_is_too_long_still_fits() -> None:
    first, second = add("a", "/" + "x" * 5000 + "/"), add("b", "/" + "x" * 5001 + "/")

    assert len(first.address) == len(second.address) == 2000
    assert first.address != second.address


# --- Carrying out ---------------------------------------------------------------------------------


def test_effects_are_carried_out_once_and_in_order(probe: Probe, at: datetime) -> None:
    for n in "abc":
        add(n, "/x/")

    assert run(at) == Outcome(done=3)
    assert run(at) == Outcome()
    assert probe.seen == [["a"], ["b"], ["c"]]
    assert set(states().values()) == {"done"}


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_an_effect_talks_to_the_network(
    probe: Probe, at: datetime
) -> None:
    add("a")
    open_transactions: list[bool] = []

    def look(wanted: Sequence[Effect]) -> None:
        open_transactions.append(connection.in_atomic_block)

    probe.before = look

    run(at)

    assert open_transactions == [False]


@pytest.mark.django_db(transaction=True)
def test_it_refuses_to_run_inside_a_transaction(probe: Probe, at: datetime) -> None:
    add("a")

    with pytest.raises(RuntimeError), transaction.atomic():
        run(at)

    assert states() == {"a": "waiting"}


def test_a_failure_is_recorded_and_retried_on_a_widening_interval(
    probe: Probe, at: datetime
) -> None:
    effect = add("a", "/x/")
    probe.failing = {"a"}
    moments = []

    for _attempt in range(get_settings().max_tries):
        run(at)
        effect.refresh_from_db()
        moments.append(
            effect.next_attempt_at and round((effect.next_attempt_at - at).total_seconds())
        )
        run(at)
        at = effect.next_attempt_at or at

    assert moments == [3, 18, 83, 258, 627, None]
    assert (effect.state, effect.attempts, effect.last_error) == (
        "failed",
        6,
        "OSError: no route to host",
    )
    assert effect.last_error_at is not None
    assert len(probe.seen) == 6


def test_others_go_on_while_one_waits(probe: Probe, at: datetime) -> None:
    add("a", "/x/")
    add("b", "/y/")
    add("c")
    probe.failing = {"a"}

    assert run(at) == Outcome(done=2, retrying=1)
    assert states() == {"a": "waiting", "b": "done", "c": "done"}


def test_a_later_effect_never_overtakes_an_earlier_one_of_its_address(
    probe: Probe, at: datetime
) -> None:
    add("a", "/x/")
    add("b", "/x/")
    probe.failing = {"a"}
    run(at)
    assert probe.seen == [["a"]]

    probe.failing = set()
    run(at + FIRST_DELAY + timedelta(seconds=1))
    assert probe.seen == [["a"], ["a"], ["b"]]


def test_one_that_was_given_up_does_not_hold_the_others_for_ever(
    probe: Probe, at: datetime
) -> None:
    add("a", "/x/")
    add("b", "/x/")
    Effect.objects.filter(payload__n="a").update(state=EffectState.FAILED)

    run(at)

    assert states() == {"a": "failed", "b": "done"}


def test_the_same_again_is_done_by_doing_it_once(probe: Probe, at: datetime) -> None:
    for n in "aaba":
        add(n, "/x/")
    add("a", "/y/")

    assert run(at) == Outcome(done=5)
    assert probe.seen == [["a"], ["b"], ["a"], ["a"]]


def test_effects_without_an_address_are_not_taken_together(probe: Probe, at: datetime) -> None:
    add("a")
    add("a")

    run(at)

    assert probe.seen == [["a"], ["a"]]


def test_what_is_added_while_the_same_runs_is_done_again(probe: Probe, at: datetime) -> None:
    add("a", "/x/")
    late: list[Effect] = []

    def add_another(wanted: Sequence[Effect]) -> None:
        if not late:
            late.append(add("a", "/x/"))

    probe.before = add_another

    run(at)

    assert probe.seen == [["a"], ["a"]]


def test_the_same_again_shares_the_fate_of_the_first(probe: Probe, at: datetime) -> None:
    first, second = add("a", "/x/"), add("a", "/x/")
    probe.failing = {"a"}

    run(at)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.attempts, second.state, second.attempts) == (
        "waiting",
        1,
        "waiting",
        0,
    )
    probe.failing = set()
    run(at + FIRST_DELAY + timedelta(seconds=1))
    assert states() == {"a": "done"}
    assert probe.seen == [["a"], ["a"]]


def test_a_kind_may_take_several_at_once(probe: Probe, at: datetime) -> None:
    for n in "abcd":
        add(n, f"/{n}/", kind="threes")
    add("e", "/e/")
    add("f", "/f/", kind="threes")

    run(at)

    assert probe.seen == [["a", "b", "c"], ["d", "f"], ["e"]]


def test_a_batch_that_fails_is_tried_one_by_one_at_once(probe: Probe, at: datetime) -> None:
    for n in "abc":
        add(n, f"/{n}/", kind="threes")
    probe.failing = {"b"}

    assert run(at) == Outcome(done=2, retrying=4)
    assert probe.seen == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    assert states() == {"a": "done", "b": "waiting", "c": "done"}
    assert Effect.objects.get(state="waiting").next_attempt_at is not None


# --- What comes first -----------------------------------------------------------------------------


def test_what_is_urgent_comes_first(probe: Probe, at: datetime) -> None:
    add("a", "/x/")
    add("b", "/x/", priority=EffectPriority.URGENT)
    add("c", "/y/", priority=EffectPriority.URGENT)

    run(at)

    assert probe.seen == [["b"], ["c"], ["a"]]


def test_what_is_urgent_does_not_wait_for_something_that_fails(probe: Probe, at: datetime) -> None:
    add("a", "/x/")
    probe.failing = {"a"}
    run(at)
    add("b", "/x/", priority=EffectPriority.URGENT)

    run(at)

    assert states() == {"a": "waiting", "b": "done"}


def test_even_what_is_urgent_waits_for_what_is_under_way_at_its_address(
    probe: Probe, at: datetime
) -> None:
    add("a", "/x/")
    hold(at)
    add("b", "/x/", priority=EffectPriority.URGENT)
    add("c", "/y/", priority=EffectPriority.URGENT)

    run(at)

    assert states() == {"a": "running", "b": "waiting", "c": "done"}


def hold(at: datetime, count: int = 1) -> None:
    """Have another worker be busy with the next effects."""
    for _number in range(count):
        assert effects._claim(at) is not None


def test_only_so_many_workers_are_busy_with_effects(probe: Probe, at: datetime) -> None:
    for n in "abc":
        add(n)
    hold(at, get_settings().effects_at_once)

    assert run(at) == Outcome()
    assert sorted(states().values()) == ["running", "running", "waiting"]

    add("d", priority=EffectPriority.URGENT)
    assert run(at) == Outcome(done=1)
    assert run(at + LEASE + timedelta(seconds=1)) == Outcome(done=3)


def test_due_work_comes_first(probe: Probe, at: datetime) -> None:
    work = DueWorkFactory(due_at=at - timedelta(seconds=1))
    add("a")
    add("b", priority=EffectPriority.URGENT)

    run(at)
    assert states() == {"a": "waiting", "b": "done"}

    work.delete()
    run(at)
    assert states() == {"a": "done", "b": "done"}


def test_a_pass_ends_when_its_time_is_up(probe: Probe, at: datetime) -> None:
    for n in "ab":
        add(n)

    assert run_effects(at, longest=timedelta(seconds=-1)) == Outcome()


# --- Workers that die -----------------------------------------------------------------------------


def test_a_dead_workers_effect_is_carried_out_again(probe: Probe, at: datetime) -> None:
    effect = add("a", "/x/")
    add("b", "/x/")

    def die(wanted: Sequence[Effect]) -> None:
        raise Killed

    probe.before = die
    with pytest.raises(Killed):
        run(at)
    probe.before = do_nothing

    run(at + LEASE - timedelta(seconds=1))
    assert probe.seen == [["a"]]

    run(at + LEASE + timedelta(seconds=1))
    effect.refresh_from_db()
    assert probe.seen == [["a"], ["a"], ["b"]]
    assert (effect.state, effect.attempts) == ("done", 2)


def test_an_effect_that_kills_its_workers_is_given_up(probe: Probe, at: datetime) -> None:
    effect = add("a")

    def die(wanted: Sequence[Effect]) -> None:
        raise Killed

    probe.before = die
    for number in range(get_settings().max_tries):
        with pytest.raises(Killed):
            run(at + number * (LEASE + timedelta(seconds=1)))

    outcome = run(at + get_settings().max_tries * (LEASE + timedelta(seconds=1)))

    effect.refresh_from_db()
    assert outcome == Outcome(failed=1)
    assert (effect.state, effect.attempts) == ("failed", 6)
    assert effect.last_error == "The worker stopped in the middle of an attempt."
    assert len(probe.seen) == 6


@pytest.mark.parametrize("fails", [False, True])
def test_a_slow_worker_that_lost_its_claim_settles_nothing(
    probe: Probe, at: datetime, fails: bool
) -> None:
    effect = add("a")

    def be_overtaken(wanted: Sequence[Effect]) -> None:
        probe.before = do_nothing
        probe.failing = set()
        assert run(at + LEASE + timedelta(seconds=1)) == Outcome(done=1)
        probe.failing = {"a"} if fails else set()

    probe.before = be_overtaken

    assert run(at) == Outcome()
    effect.refresh_from_db()
    assert (effect.state, effect.attempts, effect.last_error) == ("done", 2, "")


# --- Kinds that nobody knows ----------------------------------------------------------------------


def test_an_unknown_kind_fails_and_says_so(at: datetime) -> None:
    effect = add("a", "/x/", kind="of_a_room_that_was_removed")

    run(at)

    effect.refresh_from_db()
    assert effect.state == "waiting"
    assert "No app of this site knows the kind of effect 'of_a_room_that_was_removed'" in (
        effect.last_error
    )
    assert effects.label_of(effect.kind) == "of_a_room_that_was_removed"


def test_kinds_can_be_listed_and_have_names_in_words(probe: Probe) -> None:
    assert {kind.name for kind in effects.kinds()} >= {"probe", "purge_address", "search_index"}
    assert (effects.label_of("probe"), effects.label_of("threes")) == ("Probe", "threes")


# --- Alarm, and trying again ----------------------------------------------------------------------


def give_up(*numbers: str) -> None:
    """Have effects fail for the last time."""
    Effect.objects.filter(payload__n__in=numbers).update(tries=5, attempts=5)


def test_administrators_are_told_once_of_each_kind(
    probe: Probe, at: datetime, mailoutbox: list[EmailMessage]
) -> None:
    UserFactory(username="boss", is_superuser=True)
    UserFactory(username="gone", is_superuser=True, is_active=False)
    UserFactory(username="mute", is_superuser=True, email="")
    UserFactory(username="editor")
    probe.failing = {"a", "b", "c", "d"}
    add("a", "/en/hotels/")
    add("b")
    add("c", kind="threes")
    give_up("a", "b", "c")

    assert run(at) == Outcome(failed=3)

    assert [message.to for message in mailoutbox] == [["boss@example.org"]] * 2
    assert mailoutbox[0].subject == "Action needed: “Probe” does not work"
    assert "OSError: no route to host" in mailoutbox[0].body
    assert "Address: /en/hotels/" in mailoutbox[0].body
    assert "http://127.0.0.1:8000/admin/reports/effects/" in mailoutbox[0].body

    effects.try_all_again()
    give_up("a", "b", "c")
    run(at)
    assert len(mailoutbox) == 4


def test_an_alarm_that_cannot_be_sent_stops_nothing(probe: Probe, at: datetime) -> None:
    def fail(**_kwargs: Any) -> None:
        raise OSError("no mail server")

    add("a")
    add("b")
    give_up("a")
    probe.failing = {"a"}
    effect_failed.connect(fail)
    try:
        assert run(at) == Outcome(done=1, failed=1)
    finally:
        effect_failed.disconnect(fail)


def test_a_failed_effect_can_be_tried_again(probe: Probe, at: datetime) -> None:
    effect = add("a")
    probe.failing = {"a"}
    give_up("a")
    run(at)
    probe.failing = set()

    effects.try_again(effect)
    run(at)

    assert states() == {"a": "done"}
    with pytest.raises(EffectNotRetryableError, match="it is Done"):
        effects.try_again(effect)


def test_what_is_done_is_removed_after_a_while(probe: Probe, at: datetime) -> None:
    for n in "abcd":
        add(n)
    run(at)
    kept = timedelta(days=get_settings().effects_kept)
    Effect.objects.filter(payload__n="a").update(finished_at=at - kept - timedelta(seconds=1))
    Effect.objects.filter(payload__n="b").update(finished_at=at - kept + timedelta(minutes=1))
    Effect.objects.filter(payload__n="c").update(state="failed", finished_at=None)
    Effect.objects.filter(payload__n="d").update(state="waiting", finished_at=None)

    assert prune_effects(at) == 1
    assert sorted(states()) == ["b", "c", "d"]


# --- What it costs --------------------------------------------------------------------------------


def test_an_idle_look_is_one_query(
    at: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        run(at)
