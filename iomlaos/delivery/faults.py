"""Which exceptions say that the database or the disk does not do its work: 503 instead of 500."""

import errno

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError

#: The disk is full, broken, or may not be written.
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}
#: PostgreSQL: a table is missing, as in a database that was not restored yet.
UNDEFINED_TABLE = "42P01"
#: SQLite: the text of a statement is wrong, or names what is not there.
SQLITE_ERROR = 1


def find_fault(exception: BaseException | None) -> BaseException | None:
    """The exception in a chain that says so; None where the program is wrong, or nothing is."""
    while exception is not None:
        if _is_fault(exception):
            return exception
        exception = exception.__cause__ or exception.__context__
    return None


def _is_fault(exception: BaseException) -> bool:
    if isinstance(exception, OSError):
        return exception.errno in DISK_ERRORS
    if not isinstance(exception, (DatabaseError, InterfaceError)):
        return False
    cause = exception.__cause__
    if getattr(cause, "pgcode", "") == UNDEFINED_TABLE or "no such table" in str(exception):
        return True
    if getattr(cause, "sqlite_errorcode", None) == SQLITE_ERROR:
        return False
    # Of other kinds, as of a malformed file, the driver tells. Django raises its own for rows that are gone.
    is_from_driver = type(exception) is DatabaseError and cause is not None
    return is_from_driver or isinstance(exception, (OperationalError, InterfaceError, InternalError))
