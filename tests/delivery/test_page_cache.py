"""The page cache in front of Django: what it keeps, for how long, and what it sends when Django cannot."""

import json
import time

from iomlaos.delivery.cached_page import (
    ASK_AFTER_A_SECOND,
    ASK_EACH_TIME,
    CachedPage,
    PageStore,
    choose_encoding,
)

#: In a process with the server's data: `ask(path, **headers)`, and how often Django rendered a page.
PREPARE = """
import io, json, time
from concurrent.futures import ThreadPoolExecutor
from iomlaos.delivery.page_cache import PageCache
from iomlaos.wsgi import django_application
rendered = []
def counting(environ, start_response):
    rendered.append(environ["PATH_INFO"] + "?" + environ["QUERY_STRING"])
    return django_application(environ, start_response)
cache = PageCache(counting)
def ask(address, **headers):
    path, _, query = address.partition("?")
    environ = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": "GET", "HTTP_HOST": "127.0.0.1",
        "REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "x", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(), "wsgi.errors": None} | headers
    sent = []
    body = b"".join(cache(environ, lambda status, headers: sent.append((status, dict(headers)))))
    return sent[0][0], sent[0][1], body
"""


def run(server, code: str) -> dict:
    """Run code after PREPARE; it prints one line of JSON."""
    done = server.manage("shell", "--no-imports", "--command", PREPARE + code)
    return json.loads(done.stdout.splitlines()[-1])


def test_the_best_encoding_that_is_accepted_is_chosen():
    for accepted, encoding in (
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR;q=1.0", "br"),
        ("*", "br"),
        ("*;q=0", ""),
        ("gzip;q=0.000, *;q=0", ""),
        ("identity", ""),
        ("brotli", ""),
        ("", ""),
    ):
        assert choose_encoding(accepted) == encoding, accepted


def test_shared_caches_keep_a_page_for_a_second_and_never_past_its_end():
    page = CachedPage("a-1", 100.0, 200.0, "200 OK", [("Cache-Control", ASK_EACH_TIME)], b"text")
    early, late = page.response("", 100.0), page.response("", 198.0)
    assert dict(early.headers)["Cache-Control"] == ASK_AFTER_A_SECOND
    assert dict(late.headers)["Cache-Control"] == ASK_EACH_TIME
    assert early.until < 198.0 < late.until == 200.0
    assert early.etag == late.etag


def test_memory_is_bounded_and_the_oldest_page_goes_first():
    store = PageStore(20_000)
    for number in range(9):
        store.put((f"/{number}/", ""), CachedPage("a-1", 0, 1, "200 OK", [], b"x" * 1000))
    assert store.bytes <= 20_000
    assert store.get(("/0/", "")) is None
    assert store.get(("/8/", "")) is not None


def test_an_edit_by_another_process_shows_at_the_next_request(server):
    def programme(code: str) -> str:
        code = f"from programmes.models import Programme as P; row = P.objects.first(); {code}"
        return server.manage("shell", "--no-imports", "--command", code).stdout.strip()

    address, title = programme("print(row.get_absolute_url()); print(row.title_en)").splitlines()
    assert server.get(address)[0].status == 200
    # Other tests know it by its title: it gets that again.
    for words in (*(f"Changed by SQL {number}" for number in range(4)), title):
        programme(f"P.objects.filter(pk=row.pk).update(title_en={words!r})")
        # On PostgreSQL a worker learns of it within a quarter of a second.
        ends = time.monotonic() + (2.5 if "DATABASE_URL" in server.environment else 0)
        while words.encode() not in server.get(address)[1]:
            assert time.monotonic() < ends


def test_browsers_revalidate_in_every_encoding(server):
    for encoding in ("br", "gzip", "identity"):
        first, body = server.get("/", Accept_Encoding=encoding)
        assert first.headers.get("Content-Encoding", "identity") == encoding
        assert int(first.headers["Content-Length"]) == len(body)
        assert first.headers["Vary"] == "Accept-Encoding"
        assert first.headers["Cache-Control"] == ASK_AFTER_A_SECOND
        head, nothing = server.get("/", "HEAD", Accept_Encoding=encoding)
        assert (head.headers["ETag"], nothing) == (first.headers["ETag"], b"")
        for known in (first.headers["ETag"], f'"x", W/{first.headers["ETag"]}', "*"):
            again, nothing = server.get("/", Accept_Encoding=encoding, If_None_Match=known)
            assert (again.status, nothing, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert server.get("/", Accept_Encoding=encoding, If_None_Match='"x"')[0].status == 200


def test_what_a_request_says_beside_its_address_changes_nothing(server):
    _, page = server.get("/careers/")
    for headers in (
        {"Cookie": "session=a"},
        {"Accept_Language": "lo"},
        {"X_Forwarded_Host": "elsewhere.example"},
    ):
        response, body = server.get("/careers/", **headers)
        assert body == page
        assert "Set-Cookie" not in response.headers
    assert server.get("/careers/", Host="elsewhere.example")[0].status == 400
    assert server.get("/careers/", "POST")[0].status == 405


def test_junk_in_the_query_neither_splits_nor_poisons_a_page(server):
    found = run(server, """
pages = ["/", "/careers/", "/careers/procurement/", "/documents/", "/projects/", "/careers/closed/", "/careers/feed.atom"]
clean = {page: ask(page)[2] for page in pages}
before, asked = len(cache.renderer.pages), len(rendered)
same = [
    ask(f"{page}?{junk}")[2] == clean[page]
    for page in pages for number in range(48)
    for junk in (f"utm_{number}=x", f"station=nowhere{number}", f"after={number}-{number}")
]
print(json.dumps([len(same), all(same), len(cache.renderer.pages) - before, len(rendered) - asked]))
""")  # fmt: skip
    assert found == [1008, True, 0, 0]


def test_a_ready_response_is_sent_to_the_same_request_alone_and_long_words_are_not_remembered(server):
    found = run(server, """
page = ask("/")
kinds = {"GET": {}, "HEAD": {"REQUEST_METHOD": "HEAD"}, "304": {"HTTP_IF_NONE_MATCH": page[1]["ETag"]},
    "other": {"HTTP_HOST": "elsewhere.example"}, "long": {"HTTP_IF_NONE_MATCH": "x" * 301}}
answers = [{kind: ask("/", **words) for kind, words in kinds.items()} for _ in range(2)]
seen = [{kind: [status, len(body)] for kind, (status, _, body) in answer.items()} for answer in answers]
print(json.dumps([len(page[2]), seen, len(cache.ready)]))
""")  # fmt: skip
    length, (first, second), ready = found
    assert first == second
    assert first.pop("other")[0] == "400 Bad Request"
    assert first == {
        "GET": ["200 OK", length], "HEAD": ["200 OK", 0], "304": ["304 Not Modified", 0], "long": ["200 OK", length],
    }  # fmt: skip
    assert ready == 3


def test_many_requests_for_one_page_have_it_rendered_once(server):
    found = run(server, """
with ThreadPoolExecutor(16) as threads:
    bodies = list(threads.map(lambda number: ask("/donors/")[2], range(16)))
print(json.dumps([len(set(bodies)), rendered]))
""")  # fmt: skip
    assert found == [1, ["/donors/?"]]


def test_a_page_that_was_made_while_the_content_changed_is_kept_by_nobody(server):
    seen = run(
        server,
        """
from iomlaos.office.models import Office
def edited(environ, start_response):
    response = django_application(environ, start_response)
    Office.objects.update(updated_at=Office.objects.get().updated_at)
    return response
cache.renderer.application = edited
statuses = [ask("/about/")[0]]
kept = [len(cache.renderer.pages)]
cache.renderer.application = django_application
statuses.append(ask("/about/")[0])
kept.append(len(cache.renderer.pages))
print(json.dumps({"statuses": statuses, "kept": kept}))
""",
    )
    assert seen == {"statuses": ["200 OK", "200 OK"], "kept": [0, 1]}


def test_the_last_good_page_is_sent_when_django_cannot_make_a_new_one(server):
    found = run(server, """
ask("/")
version, cache.read_version = cache.read_version, lambda: None
cache.application = cache.renderer.application = None
status, headers, body = ask("/", HTTP_ACCEPT_ENCODING="br")
print(json.dumps([status, headers["Cache-Status"], len(body) > 1000, ask("/donors/")[:2]]))
""")  # fmt: skip
    status, mark, has_body, (missing, headers) = found
    assert (status, mark, has_body) == ("200 OK", "portal; hit; detail=last-good", True)
    assert missing.startswith("503")
    assert headers["Retry-After"]


def test_errors_redirects_and_questions_are_not_kept(server):
    addresses = ["/no-such-page/", "/jobs/", "/careers/check/?q=driver"]
    found = run(server, f"""
for address in {addresses} * 2:
    ask(address)
print(json.dumps(rendered))
""")  # fmt: skip
    assert sorted(found) == sorted(["/no-such-page/?", "/jobs/?", "/careers/check/?q=driver"] * 2)
