"""What the log says of requests."""

import logging


class RefusalFilter(logging.Filter):
    """Log a refused request (400 to 499) in one line. Errors of the server keep their traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True
