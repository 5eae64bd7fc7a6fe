"""Pictures in texts: what a text may hold, what a picture becomes, and who can fetch it when."""

import datetime
import io
import os
import re
from pathlib import Path

import hypothesis
import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.template.defaultfilters import filesizeformat
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from careers.exports.notice_data import full_text
from iomlaos.media.filetypes import check_image
from iomlaos.media.filetypes.types import InvalidFile
from iomlaos.media.models import Image as StoredImage
from iomlaos.media.models import ImageReference
from iomlaos.media.renditions import RenditionSize, sizes, widths_of
from iomlaos.media.richtext import alternative_text_error, render, rewrite_image_urls
from iomlaos.publishing.diff import SnapshotFormatter
from iomlaos.publishing.merge import differences
from iomlaos.publishing.models import Revision
from iomlaos.publishing.serialization import serialize
from programmes.models import Programme
from tests.factories import make_page, make_picture, make_programme, make_standard_text, make_vacancy
from tests.uploads import jpeg_of_size, moving_png, moving_webp, of_colour, photograph, picture, png_of_size

KEY = "0123456789abcdef0123456789abcdef-1600x1067"
OWN = f"/pictures/{KEY}"
BODY = Programme._meta.get_field("body_en")
PAGE = b"<!doctype html><html><script>alert(document.cookie)</script></html>"


def kept(html: str) -> str:
    """As the database holds it."""
    return BODY.sanitize(html)


def on_disk() -> list[str]:
    root = Path(settings.MEDIA_ROOT)
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def made(data: bytes, name: str = "a.jpg") -> list[RenditionSize]:
    return sizes(data, check_image(io.BytesIO(data), name))


def opened(size: RenditionSize) -> Image.Image:
    return Image.open(io.BytesIO(size.content))


# --- What a text holds --------------------------------------------------------------------------

FIGURE = f'<figure><img src="{OWN}" alt="A school"></figure>'


ALT = f'<img src="{OWN}" alt="A school">'
TEXTS = {
    "a figure": (FIGURE, FIGURE),
    "attributes": (
        f'<figure class="figure"><img class="x" src="{OWN}" alt="A school" width="9" onerror="alert(1)" '
        'style="color:red" srcset="https://a.example/b.png 2x" data-file="7">'
        '<figcaption class="figure-caption">In <strong>Sekong</strong></figcaption></figure>',
        f"<figure>{ALT}<figcaption>In <strong>Sekong</strong></figcaption></figure>",
    ),
    "in a paragraph": (f"<p>Before {ALT} after</p>", f"<p>Before  after</p>{FIGURE}"),
    "alone in a paragraph": (f"<p>{ALT}</p>", FIGURE),
    "before a paragraph": (f"{ALT}<p>Text</p>", f"{FIGURE}<p>Text</p>"),
    "in a list": (f"<ul><li><p>Text</p>{ALT}</li></ul>", f"<ul><li><p>Text</p>{FIGURE}</li></ul>"),
    "signs in its words": (
        f'<figure><img src="{OWN}" alt="ໂຮງຮຽນ > b & &quot;c&quot;"></figure>',
        f'<figure><img src="{OWN}" alt="ໂຮງຮຽນ &gt; b &amp; &quot;c&quot;"></figure>',
    ),
    "an empty caption": (f"<figure>{ALT}<figcaption><p></p></figcaption></figure>", FIGURE),
    "two in one": (f"<figure>{ALT}{ALT}</figure>", FIGURE * 2),
    "from elsewhere in a paragraph": ('<p>Text <img src="https://a.example/spy.gif" alt="x"></p>', "<p>Text </p>"),
    "from elsewhere with a caption": (
        '<figure><img src="https://a.example/b.png" alt="x"><figcaption>Words</figcaption></figure>', "<p>Words</p>",
    ),
    "a caption alone": ("<figcaption>Words</figcaption>", "<p>Words</p>"),
    "an empty figure": ("<figure></figure>", ""),
}  # fmt: skip
NOT_OURS = [
    "//a.example/b.png", "data:image/png;base64,AAAA", "file:///C:/a.png", "/static/img/logo.svg", "/admin/logout/",
    f"{OWN}/../../admin/", f"https://a.example{OWN}", f"{OWN}x",
]  # fmt: skip


@pytest.mark.parametrize(("written", "stays"), TEXTS.values(), ids=TEXTS)
def test_a_text_keeps_the_pictures_of_the_site_and_no_other(written, stays):
    assert kept(written) == stays
    assert kept(stays) == stays


def test_a_picture_from_any_other_address_is_taken_out():
    assert {address: kept(f'<figure><img src="{address}" alt="x"></figure>') for address in NOT_OURS} == (
        dict.fromkeys(NOT_OURS, "")
    )


@hypothesis.settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            ["<p>", "</p>", "<figure>", "</figure>", "<figcaption>", "</figcaption>", "<strong>", "</strong>", "word",
             "<li>", "</li>", "<ul>", "</ul>", "\0", "\x000\0", "<h2>", "</h2>", "<a href='/a/'>", "</a>",
             f'<img src="{OWN}" alt="A school">', '<img src="https://a.example/b.png">', "<!--", "-->", " "]
        ),
        max_size=14,
    ).map("".join)
)  # fmt: skip
@example(f'<strong><figure><img src="{OWN}" alt=""></figure></strong>')
def test_whatever_is_pasted_leaves_whole_figures_of_the_site(html):
    text = kept(html)
    assert "\0" not in text
    whole = (
        rf'<figure><img src="{OWN}" alt="[^"]*">(?:<figcaption>(?:(?!<fig|<img).)+</figcaption>)?</figure>'
    )
    assert not re.search(r"<(?:/?fig|img)", re.sub(whole, "", text)), text
    # What is stored once stays as it is.
    assert re.findall(whole, kept(text)) == re.findall(whole, text)


def test_nothing_and_the_name_of_a_file_do_not_stand_for_a_picture():
    for words in ("", "  ", "IMG_2041.JPG", "village school.png", "DSC 00412", "ໂຮງຮຽນ.jpg"):
        assert alternative_text_error(words), words


def test_a_sentence_stands_for_a_picture_unless_its_file_is_called_so():
    for words in ("WhatsApp Image 2026-11-03 at", "ໂຮງຮຽນໃນແຂວງເຊກອງ", "Picture of 3 schools"):
        assert not alternative_text_error(words), words
        assert alternative_text_error(words, filename=f"{words}.jpg"), words


def test_a_text_is_refused_while_a_picture_in_it_has_no_words(db):
    shown = make_picture()
    programme = make_programme(body_en=shown.figure)
    programme.full_clean()
    programme.body_en = f'<figure><img src="/pictures/{shown.key}" alt=""></figure>'
    with pytest.raises(ValidationError) as refused:
        programme.full_clean()
    assert "body_en" in refused.value.message_dict


def test_a_text_is_refused_that_names_a_picture_that_is_not_there(db):
    programme = make_programme()
    programme.body_en = FIGURE
    with pytest.raises(ValidationError) as refused:
        programme.full_clean()
    assert "body_en" in refused.value.message_dict


# --- What a page shows --------------------------------------------------------------------------


def test_a_page_gives_the_browser_widths_to_choose_from():
    html = render(
        f'<figure><img src="{OWN}" alt="A &quot;school&quot;"><figcaption>In Sekong</figcaption></figure>'
    ).html
    assert html == (
        f'<figure><img src="{OWN}/960.webp" srcset="{OWN}/480.webp 480w, {OWN}/960.webp 960w, {OWN}/1600.webp 1600w" '
        'sizes="(min-width: 44rem) 42rem, 100vw" width="1600" height="1067" alt="A &quot;school&quot;" '
        'loading="lazy" decoding="async"><figcaption>In Sekong</figcaption></figure>'
    )
    assert rewrite_image_urls(html, "/admin/media/image/").count(f"/admin/media/image/{KEY}/") == 4
    assert "/pictures/" not in rewrite_image_urls(html, "/admin/media/image/")


def test_a_page_costs_no_query_more_for_its_pictures(client, db):
    plain, with_pictures = make_programme(), make_programme()
    shown = [make_picture() for _number in range(4)]
    with_pictures.body_en = "".join(each.figure for each in shown)
    with_pictures.save()
    client.get(f"/programmes/{plain.slug}/")
    counts = []
    for programme in (plain, with_pictures):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"/programmes/{programme.slug}/").content.decode()
        counts.append(len(queries))
        assert page.count("<figure><img ") == (4 if programme == with_pictures else 0)
    assert counts[0] == counts[1]


def test_boards_and_search_engines_get_the_words_without_the_picture(db):
    shown = make_picture(caption="In Sekong")
    vacancy = make_vacancy(body_en=f"<p>Before.</p>{shown.figure}<p>After.</p>")
    text = full_text(vacancy, timezone.now())
    assert "<p>Before.</p><p>After.</p>" in text
    assert "Sekong" not in text


def test_history_names_the_picture_that_came(db):
    programme = make_programme(body_en="<p>Text.</p>")
    before = serialize(programme)
    shown = make_picture(alternative_text="A school in Sekong", caption="The new roof")
    programme.body_en = f"<p>Text.</p>{shown.figure}"
    programme.save()
    (change,) = SnapshotFormatter(Programme).changes(differences(before, serialize(programme)))
    assert [(piece.change, piece.words) for piece in change.pieces] == [
        ("kept", "Text."),
        ("added", "[Picture: A school in Sekong] The new roof"),
    ]


# --- What a picture becomes ---------------------------------------------------------------------


def test_the_widths_in_which_a_picture_is_kept():
    kept_in = {4000: [480, 960, 1600, 4000], 1600: [480, 960, 1600], 1000: [480, 1000], 560: [560], 90: [90]}
    assert {width: widths_of(width) for width in kept_in} == kept_in


@pytest.mark.parametrize(("size", "widths"), [((2000, 3000), [480, 1067]), ((90, 40), [90])])
def test_a_picture_keeps_its_shape_and_is_never_made_larger(size, widths):
    sizes = made(of_colour(size))
    assert [each.width for each in sizes] == widths
    for each in sizes:
        with opened(each) as image:
            assert image.format == "WEBP"
            assert image.size == (each.width, each.height)
            assert abs(each.height / each.width - size[1] / size[0]) < 0.02


#: By the mark of how a camera was held: where the left of the file stands when the picture is upright.
GOLD = {1: (9, 20), 2: (51, 20), 3: (51, 20), 4: (9, 20), 5: (20, 9), 6: (20, 9), 7: (20, 51), 8: (20, 51)}


def assert_stands_upright_without_its_place(kind: str, name: str, turn: int) -> None:
    taken = photograph(kind, turn)
    assert b"Somebody" in taken
    (size,) = made(taken, name)
    assert b"Somebody" not in size.content
    with opened(size) as shown:
        assert not dict(shown.getexif())
        assert set(shown.info) <= {"loop", "background", "timestamp", "duration"}
        assert shown.size == ((60, 40) if turn < 5 else (40, 60))
        red, _green, blue = shown.convert("RGB").getpixel(GOLD[turn])
        assert red > 200 > 90 > blue


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")])
def test_a_photograph_stands_upright_without_its_place(kind, name):
    for turn in GOLD if kind == "JPEG" else (1, 6):
        assert_stands_upright_without_its_place(kind, name, turn)


def test_what_is_transparent_is_white_also_on_a_dark_page():
    (size,) = made(of_colour((50, 50), "PNG", "RGBA", colour=(0, 0, 0, 0)), "a.png")
    with opened(size) as image:
        assert image.mode == "RGB"
        assert image.getpixel((20, 20)) == (255, 255, 255)


def test_pictures_of_other_kinds_of_colour_are_taken():
    for mode, kind in (
        ("CMYK", "JPEG"),
        ("L", "JPEG"),
        ("1", "PNG"),
        ("P", "PNG"),
        ("I;16", "PNG"),
        ("LA", "PNG"),
    ):
        is_white = mode in ("CMYK", "LA")
        data = of_colour((50, 40), kind, mode, colour=0 if mode != "CMYK" else (0, 0, 0, 0))
        (size,) = made(data, "a.jpg" if kind == "JPEG" else "a.png")
        with opened(size) as image:
            assert image.size == (50, 40)
            assert abs(image.convert("L").getpixel((9, 9)) - (255 if is_white else 0)) <= 2, mode


def test_a_profile_of_colours_is_applied_and_not_kept():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (size,) = made(of_colour((50, 40), icc_profile=profile, quality=95))
    with opened(size) as image:
        assert "icc_profile" not in image.info
        assert max(abs(a - b) for a, b in zip(image.getpixel((9, 9)), (0, 0, 128), strict=True)) < 6
    (size,) = made(of_colour((50, 40), icc_profile=b"no profile" * 99))
    assert b"no profile" not in size.content


def test_a_drawing_is_kept_point_for_point_where_that_is_smaller():
    image = Image.new("RGB", (400, 300), "white")
    image.paste("navy", (50, 50, 200, 200))
    content = io.BytesIO()
    image.save(content, "PNG")
    (size,) = made(content.getvalue(), "a.png")
    with opened(size) as shown:
        assert shown.convert("RGB").tobytes() == image.tobytes()


HOSTILE = {
    "a page": ("a.jpg", PAGE, "picture_type"),
    "a drawing that is a script": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_type"),
    "of an iPhone": ("a.heic", b"\0\0\0\x24ftypheic\0\0\0\0", "heic"),
    "a PNG named .jpg": ("a.jpg", picture("PNG"), "ending"),
    "a folder in its name": ("../a.jpg", picture("JPEG"), "name"),
    "nothing": ("a.jpg", b"", "empty"),
    "a moving PNG": ("a.png", moving_png(), "animated"),
    "a moving WebP": ("a.webp", moving_webp(), "animated"),
    "a bomb in JPEG": ("a.jpg", jpeg_of_size(60_000, 60_000), "pixels"),
    "a PNG that a small server could not read": ("a.png", of_colour((5000, 5000), "PNG", "1", colour=0), "pixels"),
    "a WebP that a small server could not read": ("a.webp", of_colour((5000, 5000), "WEBP"), "pixels"),
    "a PNG that says more than it has": ("a.png", png_of_size(4000, 4000, bytes(99)), "damaged"),
    "a JPEG broken off": ("a.jpg", picture("JPEG")[:-200], "damaged"),
    "a WebP broken off": ("a.webp", picture("WEBP")[:-200], "damaged"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "code"), HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_good_picture_is_refused(name, data, code):
    with pytest.raises(InvalidFile) as refused:
        made(data, name)
    assert refused.value.code == code


# --- Who can fetch it ---------------------------------------------------------------------------


def fetch(client, shown: StoredImage, width: int | None = None):
    return client.get(f"/pictures/{shown.key}/{width or shown.width}.webp")


def shows(make, shown: StoredImage, **given):
    return make(body_en=shown.figure, **given)


@pytest.mark.parametrize("make", [make_programme, make_vacancy])
def test_a_picture_is_public_while_something_live_shows_it(client, db, make):
    shown, twin = make_picture(), make_picture()
    row, other = shows(make, shown, state="draft"), shows(make, twin)
    assert fetch(client, twin).status_code == 200
    assert fetch(client, shown).status_code == 404
    row.state = "published"
    row.save()
    answer = fetch(client, shown)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == shown.sizes.last().file.open("rb").read()
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not answer.cookies
    again = client.get(
        f"/pictures/{shown.key}/{shown.width}.webp", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    row.state = "withdrawn"
    row.save()
    assert fetch(client, shown).status_code == 404
    again = client.get(
        f"/pictures/{shown.key}/{shown.width}.webp", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 404
    other.delete()
    assert fetch(client, twin).status_code == 404


def test_the_clock_alone_makes_a_picture_public_and_ends_it(client, db):
    shown = make_picture()
    begins = datetime.datetime(2026, 6, 1, 5, tzinfo=datetime.UTC)
    shows(make_programme, shown, publish_from=begins, publish_until=begins + datetime.timedelta(hours=1))
    for seconds, status in ((-1, 404), (0, 200), (3599, 200), (3600, 404)):
        with time_machine.travel(begins + datetime.timedelta(seconds=seconds), tick=False):
            assert fetch(client, shown).status_code == status, seconds


def test_a_picture_that_two_things_show_stays_while_one_is_live(client, db):
    shown = make_picture()
    rows = [shows(make_programme, shown), shows(make_page, shown)]
    for row in rows:
        assert fetch(client, shown).status_code == 200
        row.state = "withdrawn"
        row.save()
    assert fetch(client, shown).status_code == 404


def test_a_picture_goes_from_the_public_when_the_text_lets_it_go(client, db):
    shown = make_picture()
    programme = shows(make_programme, shown)
    programme.body_en = "<p>Without.</p>"
    programme.save()
    assert fetch(client, shown).status_code == 404
    assert not ImageReference.objects.exists()


def test_a_text_that_an_update_changed_shows_only_what_it_names(client, db):
    shown = make_picture()
    programme = shows(make_programme, shown)
    Programme.objects.filter(pk=programme.pk).update(body_en="<p>Without.</p>")
    assert fetch(client, shown).status_code == 404


def test_what_a_rolled_back_save_named_is_not_public(client, db):
    shown = make_picture()
    programme = make_programme()

    def saved_for_a_while() -> None:
        with transaction.atomic():
            programme.body_en = shown.figure
            programme.save()
            assert shown.uses.exists()
            raise InterruptedError

    with pytest.raises(InterruptedError):
        saved_for_a_while()
    assert fetch(client, shown).status_code == 404


def test_a_picture_of_the_lao_text_waits_for_the_lao_pages(client, db, settings):
    shown = make_picture()
    make_programme(body_lo=shown.figure)
    assert fetch(client, shown).status_code == 404
    settings.LANGUAGES = [("en", "English"), ("lo", "Lao")]
    assert fetch(client, shown).status_code == 200


def test_a_standard_text_has_no_state_and_is_public_at_once(client, db):
    shown = make_picture()
    make_standard_text(body_en=shown.figure)
    assert fetch(client, shown).status_code == 200


def test_a_picture_has_the_name_of_what_shows_it_without_signs_that_spoil_it(client, db):
    for title, name in (("ໂຮງຮຽນ / A school", "%E0%BB%82"), ("A\x0b scho\x7fol", 'filename="A-scho-ol-')):
        shown = make_picture()
        make_page(body_en=shown.figure, title_en=title)
        disposition = fetch(client, shown).headers["Content-Disposition"]
        assert disposition.startswith("inline")
        assert name in disposition


def test_guessed_addresses_are_not_found(client, db):
    shown = make_picture()
    shows(make_programme, shown)
    hexed = shown.pk.hex
    for address in (
        f"/pictures/{shown.key}/481.webp", f"/pictures/{shown.key}/1600.jpg", f"/pictures/{hexed}-9x9/9.webp",
        f"/pictures/{hexed}/480.webp", f"/pictures/{shown.pk}/480.webp", f"/pictures/{KEY}/480.webp",
        f"/pictures/{shown.key}/", "/pictures/..%2f..%2fsettings/1.webp", f"/pictures/{shown.key}/{10**30}.webp",
        f"/{shown.sizes.first().file.name}",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address


def test_how_many_pages_there_are_does_not_make_a_picture_dearer(client, db):
    shown = make_picture()
    shows(make_programme, shown)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert fetch(client, shown).status_code == 200
        counts.append(len(queries))
        for _number in range(3):
            shows(make_programme, shown)
            make_vacancy()
    assert counts[0] == counts[1]


# --- What stays on disk -------------------------------------------------------------------------


def clean(capsys, *options: str) -> list[str]:
    call_command("clean_uploads", *options)
    return capsys.readouterr().out.splitlines()


def older(shown: StoredImage, days: int) -> None:
    StoredImage.objects.filter(pk=shown.pk).update(created_at=timezone.now() - datetime.timedelta(days=days))


def test_a_picture_goes_once_no_text_no_draft_and_no_earlier_state_names_it(
    db, capsys, django_capture_on_commit_callbacks
):
    unused, young, in_text, in_lao, in_history = [
        make_picture(alternative_text=f"Picture {n} of five") for n in range(5)
    ]
    for each in (unused, in_text, in_lao, in_history):
        older(each, 31)
    older(young, 29)
    make_programme(body_en=in_text.figure, state="draft")
    make_page(body_lo=in_lao.figure)
    programme = make_programme(body_en=in_history.figure)
    Revision.objects.sync_state(programme)
    programme.body_en = "<p>Without.</p>"
    programme.save()
    before = on_disk()
    line = f"picture “{unused}”, {filesizeformat(unused.sizes.get().bytes)}"
    assert clean(capsys, "--dry-run") == [
        line,
        "1 picture would be removed.",
    ]
    assert on_disk() == before
    with django_capture_on_commit_callbacks(execute=True):
        assert clean(capsys) == [line, "1 picture removed."]
    assert set(StoredImage.objects.all()) == {young, in_text, in_lao, in_history}
    gone = set(before) - set(on_disk())
    assert len(gone) == 1
    Revision.objects.all().delete()
    assert clean(capsys)[-1] == "1 picture removed."
    assert set(StoredImage.objects.all()) == {young, in_text, in_lao}


def test_the_files_of_a_picture_stay_and_what_nothing_points_to_goes(db, capsys):
    shown = make_picture()
    stray = Path(settings.MEDIA_ROOT) / "media.rendition" / "0123.webp"
    stray.write_bytes(bytes(2048))
    for path in Path(settings.MEDIA_ROOT).rglob("*.webp"):
        os.utime(path, (0, 0))
    assert clean(capsys) == ["media.rendition/0123.webp, 2.0\xa0KB", "1 file removed."]
    assert on_disk() == [shown.sizes.get().file.name]
