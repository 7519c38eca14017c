"""How work is divided, and how long a process may take."""

import jittest_processes
from jittest_generated import Generated
from jittest_processes import IDLE, PAUSE, TURN, USED_UP, YOUNG, Watch
from jittest_steps import parted


class Slots:
    """A run with two slots, in which nothing happens at once."""

    parallel = 2

    @staticmethod
    def together(work, arguments):
        return [work(argument) for argument in arguments]


def test_shares_are_of_one_size_and_families_stay_together():
    mutants = ["f1", "g1", "f2", "g2", "f3", "h1"]
    assert parted(Slots, list, mutants) == [["f1", "f2", "f3"], ["g1", "g2", "h1"]]
    by_function = parted(Slots, list, mutants, lambda name: name[0])
    assert by_function == [["f1", "f2", "f3"], ["g1", "g2", "h1"]]
    alone = parted(Slots, list, ["f1", "f2", "f3"], lambda name: name[0])
    assert alone == [["f1", "f2"], ["f3"]]  # one function's mutants take both slots
    assert parted(Slots, list, [], lambda name: name[0]) == []


class Clock:
    """Time and processor time as a test sets them."""

    def __init__(self, monkeypatch):
        self.now, self.used, self.asked = 100.0, 0.0, 0
        monkeypatch.setattr(jittest_processes.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(jittest_processes, "processor_seconds", self.ask)

    def ask(self, pid):
        self.asked += 1
        return self.used


def test_a_young_process_is_not_asked_what_it_has_computed(monkeypatch):
    clock = Clock(monkeypatch)
    watch = Watch(1, 1.0)
    clock.now += YOUNG / 2
    watch.heard()
    assert clock.asked == 0
    clock.now += YOUNG
    watch.heard()
    assert clock.asked == 1


def test_what_a_child_had_computed_before_it_was_waited_for_is_no_test_s(monkeypatch):
    clock = Clock(monkeypatch)
    watch = Watch(1, 1.0)
    clock.now += 2.0
    watch.heard()
    clock.now, clock.used = clock.now + YOUNG / 2, 2.0
    watch.heard()
    clock.now, clock.used = clock.now + 1.0, clock.used + (IDLE + USED_UP) / 2
    assert watch.left() == PAUSE
    clock.used += USED_UP
    assert watch.left() == 0


def test_what_neither_computes_nor_gets_on_is_late(monkeypatch):
    clock = Clock(monkeypatch)
    watch = Watch(1, 1.0, first=3.0)
    assert watch.left() == 3.0
    clock.now += 3.0
    assert watch.left() == 0


def test_what_computes_is_held_to_its_limit_and_what_waits_has_its_turn(monkeypatch):
    clock = Clock(monkeypatch)
    watch = Watch(1, TURN / 2)
    clock.now += TURN / 2
    assert watch.left() == PAUSE
    clock.used = USED_UP * TURN / 2
    assert watch.left() == 0
    clock.now, clock.used = clock.now + TURN / 2, 0.0
    assert watch.left() == 0


def test_one_slow_run_of_a_test_makes_no_limit_wider():
    class Run:
        class ledger:
            @staticmethod
            def add_cell(*_):
                """Nobody reads them here."""

    generated, test = Generated(Run), {"id": "G001"}
    assert generated.needed(test, 1) == 1
    for side, ms in (("base", 5), ("base", 900), ("head", 7)):
        generated._keep(side, 0, test, {"ms": ms, "outcome": "passed"}, None)
    generated._keep("head", 1, test, {"ms": 1, "outcome": "timed_out"}, None)
    assert generated.needed(test, 1) == 7
