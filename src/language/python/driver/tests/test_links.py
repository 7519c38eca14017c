"""Graphs: those that methods build edge by edge, and those that functions are given."""

import ast

import jt_links
import pytest
from exploring import explore, passes

NETWORK = '''
import heapq


class Network:
    def __init__(self):
        self._links = {}

    def connect(self, one, other, delay=1):
        self._links.setdefault(one, []).append((other, delay))
        self._links.setdefault(other, [])

    def delay(self, source, goal):
        """The shortest delay, or None."""
        queue, done = [(0, source)], set()
        while queue:
            total, host = heapq.heappop(queue)
            if host == goal:
                return total
            if host in done:
                continue
            done.add(host)
            for other, delay in self._links.get(host, ()):
                heapq.heappush(queue, (total + delay, other))
        return None
'''
TASKS = '''
from collections import defaultdict


class Tasks:
    def __init__(self):
        self._needs = defaultdict(set)

    def need(self, task, other):
        self._needs[task].add(other)
        self._needs[other]

    def order(self):
        """All tasks, each after what it needs."""
        found, left = [], dict(self._needs)
        while left:
            free = sorted(t for t, needs in left.items() if not needs & set(left))
            if not free:
                raise ValueError("a circle")
            found += free
            left = {task: needs for task, needs in left.items() if task not in free}
        return found
'''
FARES = '''
import heapq


def fare(lines, start, end):
    """The cheapest fare from start to end; lines are fares from each stop to others."""
    best, queue = {start: 0}, [(0, start)]
    while queue:
        paid, stop = heapq.heappop(queue)
        if stop == end:
            return paid
        for other, price in lines.get(stop, {}).items():
            total = paid + price
            if other not in best or total < best[other]:
                best[other] = total
                heapq.heappush(queue, (total, other))
    return None
'''


@pytest.mark.parametrize(
    "base, old, new",
    [
        (NETWORK, "other, delay in self._links.get(host, ()):\n",
         "other, delay in self._links.get(host, ()):\n"
         "                if other == goal:\n"
         "                    return total + delay\n"),
        (TASKS, "            if not free:\n                raise ValueError(\"a circle\")\n",
         "            if not free:\n                return found\n"),
        (FARES, "            total = paid + price\n",
         "            total = paid + price\n            if other == end:\n"
         "                return total\n"),
        (FARES, "total < best[other]", "total <= best[other] and other not in best"),
    ],
)  # fmt: skip
def test_a_way_around_is_cheaper(tmp_path, base, old, new):
    head = base.replace(old, new)
    result = explore(tmp_path, base, head, seconds=10)
    assert base != head and result["failure"] is None and result["candidates"]
    for candidate in result["candidates"]:
        assert passes(tmp_path, "base", candidate) and not passes(tmp_path, "head", candidate)


def method(source):
    return ast.parse(source).body[0]


def test_a_method_links_what_it_looks_up_with_what_it_puts_there():
    for body in (
        "self.ways[a][b] = cost",
        "self.ways[a].append(b)",
        "self.ways[a].append((b, cost))",
        "self.ways.setdefault(a, set()).add(b)",
    ):
        assert jt_links.linked(method("def link(self, a, b, cost=1):\n    " + body)) == ("a", "b")
    for body in ("self.ways[a] = b", "self.ways.append(a)", "return self.ways[a][b]", "a.add(b)"):
        assert jt_links.linked(method("def link(self, a, b):\n    " + body)) is None
