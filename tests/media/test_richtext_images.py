"""Images in rich text: what a text may hold, and what a page shows."""

import re

import hypothesis
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from careers.exports.notice_data import full_text
from iomlaos.media.richtext.images import alternative_text_error, rewrite_image_urls
from iomlaos.media.richtext.rendering import render
from iomlaos.publishing.diff import SnapshotFormatter
from iomlaos.publishing.merge import differences
from iomlaos.publishing.serialization import serialize
from programmes.models import Programme
from tests.helpers.factories import make_picture, make_programme, make_vacancy

KEY = "0123456789abcdef0123456789abcdef-1600x1067"
OWN = f"/pictures/{KEY}"
BODY = Programme._meta.get_field("body_en")


def kept(html: str) -> str:
    """As the database holds it."""
    return BODY.sanitize(html)


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
    "words of the other language": (
        f'<figure>{ALT}<figcaption>ໃນ <span lang="en">Sekong</span> <span style="color:red">1</span></figcaption></figure>',
        f'<figure>{ALT}<figcaption>ໃນ <span lang="en">Sekong</span> 1</figcaption></figure>',
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


def test_a_text_keeps_the_pictures_of_the_site_and_no_other():
    stays = {what: stays for what, (_written, stays) in TEXTS.items()}
    assert {what: kept(written) for what, (written, _stays) in TEXTS.items()} == stays
    assert {what: kept(text) for what, text in stays.items()} == stays


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
    assert [(piece.change, piece.words) for piece in change.chunks] == [
        ("kept", "Text."),
        ("added", "[Picture: A school in Sekong] The new roof"),
    ]
