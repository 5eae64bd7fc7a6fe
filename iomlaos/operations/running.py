"""Whether the site is running: each worker holds a shared lock on DATA_DIR, which ends with it."""

import contextlib
import fcntl
import os
from collections.abc import Iterator

from django.conf import settings

from iomlaos.operations import OperationError

_held: list[int] = []


def hold_while_serving() -> None:
    """Take the shared lock until this process ends. Waits while a backup is restored."""
    # Pages are served also from a disk that refuses it.
    with contextlib.suppress(OSError):
        _held.append(os.open(settings.DATA_DIR, os.O_RDONLY | os.O_DIRECTORY))
        fcntl.flock(_held[-1], fcntl.LOCK_SH)


@contextlib.contextmanager
def site_stopped() -> Iterator[None]:
    """Keep the site from starting. Raises OperationError where it runs."""
    descriptor = os.open(settings.DATA_DIR, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise OperationError(f"The portal is running on {settings.DATA_DIR}. Stop it first.") from None
    finally:
        os.close(descriptor)
