"""What the log says: one line for each event, as JSON for a service, and nothing personal."""

import datetime
import json
import logging
import re
import secrets
import time
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

from iomlaos.delivery.faults import find_fault

logger = logging.getLogger(__name__)

#: The id of the request that this thread answers, for every line that it logs.
request_id: ContextVar[str] = ContextVar("request_id", default="")

EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
#: Addresses whose last part is a key: of a subscription, of a draft under review, to set a password.
SECRET_PATH = re.compile(
    r"(/(?:careers/alerts/(?:confirm|stop)|review|admin/sign-in-link)/)[^\s\"'?]+", re.IGNORECASE
)
#: Of a record that the log is given with `extra`.
EXTRA_FIELDS = ("milliseconds", "status_code")


def redact(text: str) -> str:
    """Leave out e-mail addresses, and the keys in addresses of pages."""
    return EMAIL.sub("[e-mail]", SECRET_PATH.sub(r"\1[key]", text))


class RequestIDMiddleware(MiddlewareMixin):
    """Give each request an id, for its lines in the log and in the header X-Request-ID.

    ProxyHeadersMiddleware has left that of a trusted proxy alone.
    """

    def process_request(self, request: HttpRequest) -> None:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id.set(given if re.fullmatch(r"[\w-]{8,64}", given, re.ASCII) else secrets.token_hex(8))

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers["X-Request-ID"] = request_id.get()
        return response


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


class TextFormatter(logging.Formatter):
    """For people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JSONFormatter(logging.Formatter):
    """An object in one line, for journalctl and jq."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        entry: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            "method": getattr(getattr(record, "request", None), "method", None),
            **{name: getattr(record, name, None) for name in EXTRA_FIELDS},
            "exception": self.formatException(record.exc_info) if record.exc_info else None,
        }
        said = {
            name: redact(value) if isinstance(value, str) else value
            for name, value in entry.items()
            if value not in (None, "")
        }
        return json.dumps(said, ensure_ascii=False)


def watch_queries(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Log slow queries of a connection that was opened."""
    if log_if_slow not in connection.execute_wrappers:
        connection.execute_wrappers.append(log_if_slow)


def log_if_slow(execute: Any, sql: Any, params: Any, many: bool, context: dict) -> Any:
    """Without the parameters, which may be personal."""
    began = time.monotonic()
    try:
        return execute(sql, params, many, context)
    finally:
        took = round((time.monotonic() - began) * 1000)
        if took >= settings.SLOW_QUERY_MS:
            words = " ".join(str(sql).split())
            logger.warning("A query took %d ms: %s", took, words, extra={"milliseconds": took})
