"""The memory that calls take."""

import resource

from iomlaos.delivery.call_stack import with_room_for_calls

#: As deep as the calls of a page.
DEPTH = 500
REPEATED = 500


def call_often_at_each_depth(depth: int) -> None:
    for _ in range(REPEATED):
        nothing()
    if depth:
        call_often_at_each_depth(depth - 1)


def nothing() -> None:
    pass


def memory_asked_for(application) -> int:
    """How many pages of memory the system hands out for a run."""
    application(DEPTH)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    application(DEPTH)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_calls_at_any_depth_ask_the_system_for_no_memory():
    assert memory_asked_for(with_room_for_calls(call_often_at_each_depth)) < REPEATED
    # Without room they do, as long as CPython does nothing about it.
    assert memory_asked_for(call_often_at_each_depth) > REPEATED
