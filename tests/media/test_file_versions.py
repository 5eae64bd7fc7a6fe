"""Versions of documents and forms: what is read from a file, and what cannot be stored."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from careers.models.application_form import FormVersion
from careers.models.procurement import ProcurementDocument
from programmes.models import DocumentVersion
from tests.helpers.factories import (
    make_bidding_document,
    make_document,
    make_document_version,
    make_form,
    make_procurement_notice,
    make_version,
    upload,
)
from tests.helpers.uploads import office, pdf, picture

pytestmark = pytest.mark.django_db

ADDRESS = "https://publications.iom.int/another"
#: Documents for bidders have titles, and so may share a date.
ONCE_A_DATE = [
    (DocumentVersion, make_document_version, make_document, "document"),
    (FormVersion, make_version, make_form, "form"),
]
KINDS = [*ONCE_A_DATE, (ProcurementDocument, make_bidding_document, make_procurement_notice, "notice")]


def message(row) -> str:
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    return str(error.value)


def assert_the_database_refuses(row) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.bulk_create([row])


def test_size_type_pages_and_name_are_read_from_the_file():
    content = pdf(3)
    version = make_document_version(file=upload("Annual report.pdf", content))
    version.refresh_from_db()
    assert (version.size, version.pages, version.media_type) == (len(content), 3, "application/pdf")
    assert version.filename == "Annual report.pdf"
    assert version.file.read() == content


def test_the_name_on_disk_tells_nothing():
    version = make_document_version(file=upload("Not yet public.pdf", pdf()))
    assert version.file.name.startswith("programmes.documentversion/")
    assert "public" not in version.file.name


def test_a_list_shows_type_and_size():
    files = {"a.pdf": pdf(), "a.docx": office("docx"), "a.jpeg": picture("JPEG"), "a.png": picture("PNG")}
    shown = [
        make_document_version(file=upload(*each)).type_and_size.partition(", ") for each in files.items()
    ]
    assert [kind for kind, _comma, _size in shown] == ["PDF", "DOCX", "JPG", "PNG"]
    assert all(size for _kind, _comma, size in shown)


def test_an_address_elsewhere_has_neither_type_nor_size():
    version = make_document_version(address=ADDRESS)
    assert version.type_and_size == ""
    assert version.get_absolute_url() == ADDRESS


def test_a_file_is_saved_by_visitors_under_a_readable_name():
    document = make_document(title_en="Migration Health: Factsheet")
    version = make_document_version(document=document, dated="2018-07", file=upload("mh_v2 FINAL.pdf", pdf()))
    assert version.display_name == "Migration-Health-Factsheet-English-2018-07.pdf"
    assert version.get_absolute_url() == f"/documents/files/{version.pk}/{version.display_name}"


def test_no_character_of_a_title_spoils_the_name_of_its_file(client):
    document = make_document(title_en="A\x01\x0bre\x7fport\u202e fdp \ufffd")
    version = make_document_version(document=document, file=upload("a.pdf", pdf()))
    assert version.display_name == "A-re-port-fdp-English.pdf"
    response = client.get(version.get_absolute_url())
    assert 'filename="A-re-port-fdp-English.pdf"' in response.headers["Content-Disposition"]


def test_a_file_in_place_of_an_address_and_back():
    version = make_document_version(address=ADDRESS)
    version.address, version.file = "", upload("a.pdf", pdf(2))
    version.save()
    assert (version.pages, version.filename) == (2, "a.pdf")
    version.address, version.file = ADDRESS, ""
    version.save()
    version.refresh_from_db()
    assert (version.pages, version.size, version.media_type, version.filename) == (None, None, "", "")


def test_a_refused_file_is_not_stored_and_is_said_in_the_form():
    refused = upload("a.pdf", b"<!doctype html>")
    with pytest.raises(ValidationError):
        make_document_version(file=refused)
    assert not DocumentVersion.objects.exists()
    with pytest.raises(ValidationError) as error:
        DocumentVersion(document=make_document(), file=refused).full_clean()
    assert error.value.message_dict.keys() == {"file"}


def test_a_version_is_a_file_or_an_address():
    for model, _make, make_owner, owner in KINDS:
        row = make_owner()
        assert_the_database_refuses(model(**{owner: row}))
        assert_the_database_refuses(model(**{owner: row}, file="a.pdf", address=ADDRESS))
        assert "not both" in message(model(**{owner: row}))


def test_two_of_one_language_and_date_cannot_be_stored():
    for model, make, make_owner, owner in ONCE_A_DATE:
        one = {owner: make_owner()}
        for dated in ("2018", "2018-07", None):
            make(**one, dated=dated)
            twin = model(**one, dated=dated, address=ADDRESS)
            assert "of this language" in message(twin)
            assert_the_database_refuses(twin)


def test_versions_of_other_language_date_or_owner_stand_side_by_side():
    for model, make, make_owner, owner in KINDS:
        one = {owner: make_owner()}
        for given in ({}, {"dated": "2018"}, {"dated": "2018-07"}, {"language": "lo"}):
            make(**one, **given)
        make(**{owner: make_owner()})
        assert model.objects.count() == 5


def test_the_newest_version_of_each_language_is_the_current_one():
    document = make_document()
    for language, dated in (("en", None), ("en", "2018"), ("en", "2018-07"), ("lo", "2017"), ("lo", None)):
        make_document_version(document=document, language=language, dated=dated)
    current = {version.language: str(version.dated) for version in document.current_versions}
    assert current == {"en": "July 2018", "lo": "2017"}


def test_replaced_versions_of_a_form_name_the_one_that_replaced_them():
    form = make_form()
    for dated in ("2018", "2020-01-31", "2019-12"):
        make_version(form=form, dated=dated)
    assert [version.dated.iso for version in form.current_versions] == ["2020-01-31"]


def test_documents_for_bidders_differ_by_title_and_so_share_a_language_and_a_date():
    notice = make_procurement_notice()
    for title in ("Terms of reference", "Offer form"):
        make_bidding_document(notice=notice, title_en=title).full_clean()
    assert [str(document) for document in notice.documents.all()] == ["Offer form", "Terms of reference"]


def test_versions_go_with_their_owner():
    for model, make, _make_owner, _owner in KINDS:
        make().owner.delete()
        assert not model.objects.exists()
