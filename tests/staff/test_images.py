"""Pictures of texts: the dialog of the editor, their own pages, and what a failed upload leaves."""

import datetime
import io
import resource

import pytest
from django.db import DatabaseError
from django.db.models.signals import post_save
from django.test import Client
from PIL import Image

from iomlaos.media.forms import ImageInsertForm
from iomlaos.media.models import Image as StoredImage
from iomlaos.media.models import Rendition
from iomlaos.publishing.models import Revision
from tests.helpers.admin import confirm, make_colleague, person, post, send
from tests.helpers.drafts import publish, save_draft
from tests.helpers.factories import make_page, make_picture, make_programme, make_vacancy, upload
from tests.helpers.forms import errors, fill_form
from tests.helpers.uploads import jpeg_of_size, multipart, of_colour, on_disk, photograph

DIALOG = "/admin/media/image/dialog/"
WORDS = {"alternative_text": "A school in Sekong", "caption": "", "photographer": ""}


def put_in(staff, file=None, address: str = DIALOG, **given):
    values = WORDS | given
    return staff.post(address, values | ({"file": file} if file else {}))


def test_a_picture_is_put_in_with_its_words(staff):
    answer = put_in(
        staff, upload("IMG_1.jpg", of_colour((2000, 1500))), caption="The new roof", photographer="IOM 2026"
    )
    made = StoredImage.objects.get()
    assert answer.json() == {
        "figure": f'<figure><img src="/pictures/{made.key}" alt="A school in Sekong">'
        "<figcaption>The new roof · Photo: IOM 2026</figcaption></figure>",
        "key": made.key,
        "alt": "A school in Sekong",
    }
    assert made.key.endswith("-1600x1200")
    assert made.by.username == "staff"
    assert [size.width for size in made.renditions.all()] == [480, 960, 1600]
    assert len(on_disk()) == 3


def test_words_of_any_kind_stand_as_they_were_typed_and_blank_ones_make_no_caption(staff):
    words = 'ໂຮງຮຽນ <b>"A" & B</b>'
    figure = put_in(staff, upload("ໂຮງຮຽນ.png", of_colour((9, 9), "PNG")), alternative_text=words).json()[
        "figure"
    ]
    assert 'alt="ໂຮງຮຽນ &lt;b&gt;&quot;A&quot; &amp; B&lt;/b&gt;"' in figure
    assert "figcaption" not in figure
    there = StoredImage.objects.get()
    figure = put_in(staff, picture=there.pk, caption="<script>alert(1)</script>").json()["figure"]
    assert "<figcaption>&lt;script&gt;alert(1)&lt;/script&gt;</figcaption>" in figure


def test_the_form_of_a_picture_says_beside_each_field_what_is_wrong(db):
    def fields_with_errors(file, **given) -> list[str]:
        return list(ImageInsertForm(WORDS | given, {"file": file} if file else {}).errors)

    for words in ("", " \n ", "IMG_2041.jpg", "Village school", "x" * 301):
        file = upload("Village school.jpg", photograph())
        assert fields_with_errors(file, alternative_text=words) == ["alternative_text"], words
    for data in (b"<svg/>", jpeg_of_size(60_000, 60_000), b""):
        assert fields_with_errors(upload("a.jpg", data)) == ["file"], data[:9]
    assert fields_with_errors(None) == ["file"]
    assert fields_with_errors(None, picture="00000000-0000-4000-8000-000000000000") == ["picture"]


def test_a_refused_picture_comes_back_as_a_form_and_nothing_of_it_stays(staff):
    answer = put_in(staff, upload("Village school.jpg", photograph()), alternative_text="Village school")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert 'id="picture_alternative_text_error"' in answer.content.decode()
    body, media_type = multipart(WORDS, "file", "a" * 200 + ".jpg", photograph())
    answer = staff.generic("POST", DIALOG, body, content_type=media_type)
    assert 'id="picture_file_error"' in answer.content.decode()
    assert not StoredImage.objects.exists()
    assert not on_disk()


def test_a_picture_above_the_limit_is_refused_before_it_is_read(staff, settings):
    settings.UPLOAD_LIMIT_BYTES = 100
    assert (
        "The limit is 100\xa0bytes"
        in put_in(staff, upload("a.jpg", photograph())).context["form"].errors["file"][0]
    )
    answer = staff.post(DIALOG, {}, CONTENT_LENGTH=str(6 * 1024 * 1024))
    assert answer.status_code == 413


def test_a_picture_that_is_there_is_put_in_once_more_with_other_words(staff):
    there = make_picture()
    assert there.alternative_text in staff.get(DIALOG).content.decode()
    answer = put_in(staff, picture=there.pk, alternative_text="ໂຮງຮຽນໃນເຊກອງ")
    assert (
        answer.json()["figure"] == f'<figure><img src="/pictures/{there.key}" alt="ໂຮງຮຽນໃນເຊກອງ"></figure>'
    )
    assert StoredImage.objects.get() == there
    there.refresh_from_db()
    assert there.alternative_text != "ໂຮງຮຽນໃນເຊກອງ"


def test_the_picture_whose_place_is_changed_is_chosen_also_when_it_is_old(staff):
    old = make_picture()
    for _number in range(9):
        make_picture()
    assert str(old.pk) not in staff.get(DIALOG).content.decode()
    page = staff.get(f"{DIALOG}?picture={old.pk}").content.decode()
    assert (
        f'value="{old.pk}" data-words="{old.alternative_text}" data-caption="" data-photographer="" checked'
        in page
    )
    assert 'name="caption"' not in page
    for nonsense in ("", "x", "00000000-0000-4000-8000-000000000000"):
        assert staff.get(f"{DIALOG}?picture={nonsense}").status_code == 200


def test_the_dialog_costs_the_same_for_few_and_many(staff, count_queries):
    make_picture()
    few = count_queries(lambda: staff.get(DIALOG))
    for _number in range(9):
        make_picture()
    assert count_queries(lambda: staff.get(DIALOG)) == few
    few = count_queries(lambda: staff.get("/admin/media/image/"))
    for _number in range(2):
        make_picture()
    assert count_queries(lambda: staff.get("/admin/media/image/")) == few


# --- Their own pages ----------------------------------------------------------------------------

ADD = "/admin/media/image/add/"


def test_without_the_editor_a_picture_has_a_line_to_paste(staff):
    answer = staff.post(
        ADD, fill_form(staff.get(ADD)) | WORDS | {"file": upload("a.jpg", of_colour((600, 400)))}, follow=True
    )
    made = StoredImage.objects.get()
    assert answer.redirect_chain[-1][0] == "/admin/media/image/"
    page = staff.get(f"/admin/media/image/{made.pk}/change/").content.decode()
    assert f"&lt;img src=&quot;/pictures/{made.key}&quot; alt=&quot;A school in Sekong&quot;&gt;" in page
    assert "No text shows it now." in page
    programme = make_programme()
    address = f"/admin/programmes/programme/{programme.pk}/change/"
    response = send(staff, programme, body_en=f"<p>Text.</p>\r\n{made.figure}")
    assert response.status_code == 302, errors(response)
    programme.refresh_from_db()
    assert programme.body_en == f"<p>Text.</p>\n{made.figure}"
    page = staff.get(f"/admin/media/image/{made.pk}/change/").content.decode()
    assert f'<a href="{address}">Programme: {programme}</a>' in page
    staff.logout()
    assert staff.get(f"/pictures/{made.key}/600.webp").status_code == 200


def test_the_page_refuses_it_without_words_and_says_that_the_file_is_to_be_chosen_again(staff):
    given = {"alternative_text": "IMG_2041.jpg", "file": upload("Roof.jpg", photograph())}
    values = fill_form(staff.get(ADD)) | WORDS | given
    response = staff.post(ADD, values)
    assert list(errors(response)) == ["alternative_text"]
    assert "“Roof.jpg” was not kept. Choose a file again before you save." in response.content.decode()
    assert not on_disk()


def test_the_words_of_a_picture_are_mended_and_its_file_stays(staff):
    there = make_picture()
    address = f"/admin/media/image/{there.pk}/change/"
    before = on_disk()
    response = staff.post(address, fill_form(staff.get(address), alternative_text="A clinic in Sekong"))
    assert response.status_code == 302, errors(response)
    there.refresh_from_db()
    assert there.alternative_text == "A clinic in Sekong"
    assert on_disk() == before
    response = staff.post(address, fill_form(staff.get(address), alternative_text="a.jpg"))
    assert list(errors(response)) == ["alternative_text"]


def test_a_text_with_a_picture_without_words_is_refused_beside_the_text(staff):
    there, page = make_picture(), make_page()
    address = f"/admin/office/page/{page.pk}/change/"
    bare = f'<p>Text.</p><img src="/pictures/{there.key}">'
    form = fill_form(staff.get(address))
    assert list(errors(staff.post(address, form | {"body_en": bare}))) == ["body_en"]
    response = post(staff, page, form | {"body_en": there.figure})
    assert response.status_code == 302, errors(response)
    page.refresh_from_db()
    assert page.body_en == there.figure


@pytest.mark.django_db(transaction=True)
def test_a_picture_that_a_text_shows_cannot_be_deleted_and_another_goes_with_its_files(staff):
    shown, unused, waiting = make_picture(), make_picture(), make_picture()
    programme = make_programme(body_en=shown.figure)
    head = Revision.objects.versions(programme).current
    data = head.data | {"fields": head.data["fields"] | {"body_en": waiting.figure}}
    Revision.objects.create(
        model="programmes.programme",
        object_key=str(programme.pk),
        number=2,
        kind="draft",
        base=head,
        data=data,
        title="x",
    )
    for picture, status in ((shown, 403), (waiting, 403), (unused, 302)):
        address = f"/admin/media/image/{picture.pk}/delete/"
        assert staff.post(address, {"post": "yes"}).status_code == status
    assert set(StoredImage.objects.all()) == {shown, waiting}
    assert len(on_disk()) == 2


def test_staff_see_the_picture_of_a_draft_and_visitors_do_not(staff):
    there = make_picture()
    make_programme(body_en=there.figure, state="draft")
    address = f"/admin/media/image/{there.key}/400.webp"
    answer = staff.get(address)
    assert answer.headers["Content-Type"] == "image/webp"
    assert "no-store" in answer.headers["Cache-Control"]
    with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as image:
        assert image.size == (400, 300)
    assert staff.get(f"/pictures/{there.key}/400.webp").status_code == 404
    staff.logout()
    assert staff.get(address).status_code == 302
    assert staff.get(DIALOG).status_code == 302


def test_contributors_put_pictures_in_and_editors_delete_them_too(db):
    for role, deletes in (("Contributors", 403), ("Editors", 302)):
        client = person(role.lower(), role)
        assert put_in(client, upload("a.jpg", photograph())).status_code == 200
        made = StoredImage.objects.latest("created_at")
        assert client.get(f"/admin/media/image/{made.pk}/change/").status_code == 200
        answer = client.post(f"/admin/media/image/{made.pk}/delete/", {"post": "yes"})
        assert answer.status_code == deletes, role


def test_staff_without_the_right_put_no_picture_in(client, db):
    client.force_login(make_colleague())
    assert put_in(client, upload("a.jpg", photograph())).status_code == 403
    assert client.get(DIALOG).status_code == 403
    assert not on_disk()


# --- What a failed upload leaves ----------------------------------------------------------------


def fails(**_given) -> None:
    raise DatabaseError("The disk of the database is full.")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_fails_midway_leaves_no_file(staff):
    """The first file and its row are there, and the row of the second fails."""

    def fails_at_the_second(instance, **_given) -> None:
        if instance.width == 960:
            fails()

    post_save.connect(fails_at_the_second, sender=Rendition)
    try:
        with pytest.raises(DatabaseError):
            put_in(staff, upload("a.jpg", of_colour((1200, 900))))
    finally:
        post_save.disconnect(fails_at_the_second, sender=Rendition)
    assert not StoredImage.objects.exists()
    assert not on_disk()
    assert put_in(staff, upload("a.jpg", of_colour((1200, 900)))).status_code == 200
    assert len(on_disk()) == 3


@pytest.mark.django_db(transaction=True)
def test_a_disk_that_takes_no_more_leaves_no_part_of_a_picture(staff):
    """The smallest file is written, and of the next one a part."""
    content = io.BytesIO()
    Image.effect_noise((1200, 900), 90).convert("RGB").save(content, "JPEG", quality=90)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            put_in(staff, upload("a.jpg", content.getvalue()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not StoredImage.objects.exists()
    assert not on_disk()
    assert put_in(staff, upload("a.jpg", content.getvalue())).status_code == 200
    stored = sorted(path.stat().st_size for path in on_disk())
    assert stored[0] < 300_000 < stored[1]


# --- Drafts of public pages ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_picture_of_a_draft_of_a_public_page_waits_for_its_moment(clock, staff):
    """A twin that is published at once shows that its picture could be fetched."""
    there, twin = make_picture(), make_picture()
    programme = make_programme()

    def public(picture) -> int:
        return Client().get(f"/pictures/{picture.key}/400.webp").status_code

    publish(staff, programme, body_en=twin.figure)
    save_draft(staff, programme, body_en=there.figure)
    assert (public(twin), public(there)) == (200, 404)
    assert confirm(staff, programme, moment="2026-06-01T12:30").status_code == 302
    clock.move_to(datetime.datetime(2026, 6, 1, 5, 29, 59, tzinfo=datetime.UTC))
    assert (public(twin), public(there)) == (200, 404)
    clock.move_to(datetime.datetime(2026, 6, 1, 5, 30, tzinfo=datetime.UTC))
    assert (public(there), public(twin)) == (200, 404)
    assert there.renditions.get().file.storage.exists(twin.renditions.get().file.name)


def test_texts_of_another_part_of_the_office_that_show_it_are_counted_and_not_named(db):
    picture, desk = make_picture(), person("khamla", "HR")
    for _ in range(2):
        make_programme(state="draft", title_en="Not to be known", body_en=picture.figure)
    own = make_vacancy(state="draft", title_en="A driver", context_en=picture.figure)
    page = desk.get(f"/admin/media/image/{picture.pk}/change/").content.decode()
    assert "Not to be known" not in page
    assert "<li>2 texts of other parts</li>" in page
    assert f'<a href="/admin/careers/vacancy/{own.pk}/change/">Job: A driver</a>' in page
