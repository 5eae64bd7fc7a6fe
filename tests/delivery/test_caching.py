"""Public pages may be kept by anyone who asks again each time, and are the same bytes for everyone."""

from tests.helpers.pages import without_language_link

PAGES = [
    "/",
    "/about/",
    "/programmes/",
    "/donors/",
    "/documents/",
    "/careers/",
    "/careers/closed/",
    "/contact/",
]


def test_a_page_that_did_not_change_is_not_sent_again(client, seeded):
    for address in PAGES:
        first = client.get(address)
        assert first.status_code == 200
        assert first["Cache-Control"] == "public, no-cache"
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b""), address


def test_a_page_is_the_same_bytes_for_everyone(client, seeded):
    for encoding in ("gzip", "identity"):
        first, second = (
            client.get(
                "/", headers={"Accept-Encoding": encoding, "Accept-Language": language, "Cookie": cookie}
            )
            for language, cookie in (("en", ""), ("lo", "session=abc; theme=dark"))
        )
        assert first.content == second.content
        assert first["ETag"] == second["ETag"]
        assert "Cookie" not in first["Vary"]


def test_a_compressed_page_says_so_and_is_smaller(client, seeded):
    compressed = client.get("/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/", headers={"Accept-Encoding": "identity"})
    assert compressed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in compressed["Vary"]
    assert "Accept-Encoding" in plain["Vary"]
    assert len(compressed.content) < len(plain.content) / 2
    assert compressed["ETag"] != plain["ETag"]


def test_staff_pages_are_never_kept_nor_compressed(admin_client):
    response = admin_client.get("/admin/", headers={"Accept-Encoding": "gzip"})
    assert response.status_code == 200
    assert "private" in response["Cache-Control"]
    assert not response.has_header("Content-Encoding")


def test_unknown_query_parameters_change_nothing(client, seeded):
    for address in PAGES:
        unknown = f"{address}?fbclid=x&utm_source=%E0%BA%A5%E0%BA%B2%E0%BA%A7&order=%27%22%3C"
        same = client.get(address)
        assert without_language_link(client.get(unknown)) == without_language_link(same), address


def test_a_bad_page_number_is_not_found(client, db):
    for address in ("/projects/", "/documents/"):
        for page in ("0", "-1", "2.0", "x", "", "999999", "9" * 400, "%D9%A1", "1%20"):
            assert client.get(f"{address}?page={page}").status_code == 404, page
        assert client.get(f"{address}?page=1").status_code == 200


def test_head_answers_as_get_without_a_body(client, seeded):
    for address in ("/", "/careers/", "/nothing-is-here/", "/admin/login/"):
        get, head = client.get(address), client.head(address)
        assert head.status_code == get.status_code
        assert head.content == b""
