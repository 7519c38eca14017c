"""A loop that calls share changes nothing that they can see."""

import asyncio
import contextvars
import threading

import jt_loop
import pytest

SEEN = contextvars.ContextVar("seen", default=0)


@pytest.fixture
def next_case(monkeypatch):
    monkeypatch.setattr(asyncio, "run", asyncio.run)
    return jt_loop.share()


async def loop_of():
    return asyncio.get_running_loop()


def test_cases_share_a_loop_and_calls_of_one_case_do_not(next_case):
    first, second = asyncio.run(loop_of()), asyncio.run(loop_of())
    next_case()
    assert first is asyncio.run(loop_of()) or not hasattr(asyncio, "Runner")
    assert first is not second


def test_a_loop_in_which_something_is_left_is_closed(next_case):
    async def leave():
        SEEN.set(SEEN.get() + 1)
        loop = asyncio.get_running_loop()
        loop.call_later(3600, print)
        return loop, SEEN.get()

    found = []
    for _ in range(3):
        found.append(asyncio.run(leave()))
        next_case()
    assert [seen for _, seen in found] == [1] * 3
    assert all(loop.is_closed() for loop, _ in found)


def test_another_thread_has_a_loop_of_its_own(next_case):
    async def outside():
        found = []
        thread = threading.Thread(target=lambda: found.append(asyncio.run(loop_of())))
        thread.start()
        thread.join()
        return found[0] is not asyncio.get_running_loop()

    assert asyncio.run(outside())
    with pytest.raises(ValueError, match="a coroutine was expected"):
        asyncio.run(5)
