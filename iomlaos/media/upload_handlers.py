"""The upload handler that marks unsafe file names."""

import html
import re
from typing import Any

from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser

from iomlaos.media.filetypes import NOT_IN_A_NAME


class UnsafeFilenameUploadHandler(FileUploadHandler):
    """The first of the upload handlers: a file's name arrives with a mark where it held what no name should.

    Django would take out folders and control characters without a word; here such a file is
    refused, and the reason is said (`filetypes.check_file`).
    """

    def handle_raw_input(
        self, input_data: Any, META: dict, content_length: int, boundary: str, encoding: str | None = None
    ) -> tuple:
        others = [handler for handler in self.request.upload_handlers if handler is not self]
        return _MarkingParser(META, input_data, others, encoding).parse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class _MarkingParser(MultiPartParser):
    def sanitize_file_name(self, file_name: str) -> str | None:
        name = NOT_IN_A_NAME.sub("\ufffd", html.unescape(file_name))
        return re.sub(r"^\.+$", "\ufffd", name) or None
