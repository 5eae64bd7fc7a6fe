"""Room for the calls of a request in one piece of memory."""

from collections.abc import Callable, Iterable
from typing import Any

#: Of a call, in words of eight bytes: CPython then takes a piece of 512 KB, and half of it is left.
ROOM = 32_000


def with_room_for_calls(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """A WSGI application whose calls share one piece of memory.

    CPython keeps the variables of calls in pieces of 16 KB, asks the system for a piece when a call does not
    fit, and gives it back when that call ends. A template whose loop lies at the end of a piece does so for
    each of its nodes: that took up to 40% of a page, and which page it was depended on the depth of the
    server's own calls. A call that asks for much room gets a larger piece, which those below it use. The
    system hands out only what they touch.
    """

    def call(*arguments: Any) -> Iterable[bytes]:
        return application(*arguments)

    call.__code__ = call.__code__.replace(co_stacksize=ROOM)
    return call
