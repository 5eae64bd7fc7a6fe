"""Waking the main process of the server from the handler of a signal."""

from queue import SimpleQueue


class Wakeup:
    """What granian's main loop waits for, in the place of its `threading.Event`.

    The handler of a signal sets it. An Event has a lock: where a worker ended at that moment, by the same
    signal, the main thread waited for itself, and nothing but a kill ended the server. This one has none.
    """

    def __init__(self) -> None:
        self.calls: SimpleQueue[None] = SimpleQueue()

    def set(self) -> None:
        self.calls.put(None)

    def wait(self) -> None:
        self.calls.get()

    def clear(self) -> None:
        """For granian. Each call was taken by `wait`; for one too many it finds nothing to do."""
