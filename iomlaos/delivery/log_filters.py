"""What the log says of requests."""

import logging

from iomlaos.delivery.faults import find_fault


class RefusalFilter(logging.Filter):
    """Log a refused request (400 to 499), and a database that does not answer (503), in one line.

    Errors of the program keep their traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", 0)
        if status == 503 and record.exc_info and (error := find_fault(record.exc_info[1])):
            record.msg, record.args = "%s (%s)", (record.getMessage(), str(error).strip())
        if 400 <= status < 500 or status == 503:
            record.exc_info = record.exc_text = None
        return True
