"""Which errors are of the database or the disk, and what staff read then."""

import errno
import sqlite3

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import (
    DatabaseError,
    DataError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)

from iomlaos.delivery.faults import find_fault
from iomlaos.delivery.unsaved import unavailable_to_staff

FORM = "/admin/programmes/programme/3/change/"
OWN = {"Origin": "http://testserver"}


class DriverError(Exception):
    def __init__(self, **attributes) -> None:
        vars(self).update(attributes)


def caused(error: Exception, **attributes) -> Exception:
    error.__cause__ = DriverError(**attributes)
    return error


def within(inner: Exception) -> Exception:
    outer = ValueError("A session was not saved")
    outer.__context__ = inner
    return outer


def test_a_database_or_a_disk_that_fails_is_a_fault():
    for error in (
        OperationalError("connection refused"),
        InterfaceError("connection already closed"),
        InternalError("read-only"),
        caused(DatabaseError("database disk image is malformed"), sqlite_errorcode=sqlite3.SQLITE_CORRUPT),
        caused(OperationalError("no such table: office_office"), sqlite_errorcode=sqlite3.SQLITE_ERROR),
        caused(ProgrammingError("relation does not exist"), pgcode="42P01"),
        OSError(errno.ENOSPC, "No space left on device"),
        within(OperationalError("database is locked")),
    ):
        assert find_fault(error), error


def test_an_error_of_the_program_is_none():
    for error in (
        KeyError("title"),
        ProgrammingError("syntax error"),
        DataError("too long"),
        DatabaseError("Save with update_fields did not affect any rows."),
        caused(OperationalError('near "SELEKT": syntax error'), sqlite_errorcode=sqlite3.SQLITE_ERROR),
        FileNotFoundError(errno.ENOENT, "No such file"),
        within(KeyError("title")),
    ):
        assert find_fault(error) is None, error


def post(rf, form: dict, headers: dict = OWN, path: str = FORM) -> str:
    response = unavailable_to_staff(rf.post(path, form, headers=headers))
    assert response.status_code == 503
    assert response["Retry-After"]
    assert "no-store" in response["Cache-Control"]
    return response.content.decode()


def test_staff_find_every_text_that_they_typed_under_the_name_of_its_field(rf):
    page = post(
        rf,
        {
            "title_en": 'Typed & "kept"', "summary_en": "<b>Two\nlines</b>", "figures-1-caption_en": "A caption",
            "note": "For colleagues", "figures-TOTAL_FORMS": "2", "csrfmiddlewaretoken": "mask", "_draft": "Save",
            "file": SimpleUploadedFile("report.pdf", b"%PDF"),
        },
    )  # fmt: skip
    for label, text in (
        ("Title", "Typed &amp; &quot;kept&quot;"),
        ("Summary", "&lt;b&gt;Two"),
        ("Figure 2: Caption", "A caption"),
        ("note", "For colleagues"),
    ):
        assert f">{label}" in page
        assert text in page
    assert 'name="figures-TOTAL_FORMS" hidden' in page
    assert 'name="_draft" hidden' in page
    assert "report.pdf" in page
    assert '<input type="file" name="file"' in page
    assert "Try again" in page


def test_a_form_with_a_secret_and_what_another_site_sends_is_not_repeated(rf):
    for name in ("password", "new_password1", "code", "recovery_code", "otp_token"):
        page = post(rf, {"username": "somebody", name: "s3cret"})
        assert "s3cret" not in page
        assert "somebody" not in page, name
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Referer": "https://x.example/"}):
        assert "Typed" not in post(rf, {"title_en": "Typed"}, headers)


def test_what_cannot_be_read_is_answered_too(rf):
    request = rf.post(FORM, b"--x\r\nbroken", content_type="multipart/form-data; boundary=x", headers=OWN)
    assert "Nothing was changed" in unavailable_to_staff(request).content.decode()
    assert "reload" in unavailable_to_staff(rf.get(FORM)).content.decode()


def test_a_script_is_answered_in_json(rf):
    response = unavailable_to_staff(
        rf.post(FORM, {"title_en": "Typed"}, headers={"X-Background-Request": "1"})
    )
    assert (response.status_code, response["Content-Type"]) == (503, "application/json")
