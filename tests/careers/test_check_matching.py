"""What counts as the same notice: words, references and titles as people retype them. Without a database."""

from careers.models.procurement import ProcurementNotice
from careers.models.vacancy import Vacancy
from careers.verification.addresses import slug_at
from careers.verification.matching import NoticeQuery, is_certain, is_similar
from careers.verification.message import normalize, read, without_envelope
from careers.verification.text_match import contains, distinctive, score, words_of

TITLE = "Project Assistant (Migration Health Division)"
LAO_TITLE = "ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ"


def match(text: str, is_linked: bool = False, kind=Vacancy, **fields) -> str:
    query, notice = NoticeQuery(text), kind(**fields)
    if is_certain(query, notice, is_linked):
        return "certain"
    return "similar" if is_linked or is_similar(query, notice) else "none"


def matches(texts: list[str], **fields) -> set[str]:
    """The outcomes by text, of which a test wants one."""
    return {f"{text}: {match(text, **fields)}" for text in texts}


def each(texts: list[str], outcome: str) -> set[str]:
    return {f"{text}: {outcome}" for text in texts}


# --- Words ------------------------------------------------------------------------------------


def test_words_have_no_case_accents_punctuation_or_invisible_signs():
    assert words_of("  PROJÉCT – “Assistant” (Health)\u200b! ") == ["project", "assistant", "health"]
    assert words_of("ＣＦＣＶ２０２１．５１") == ["cfcv2021", "51"]
    assert words_of("VN໒໐໒໖.໐໕") == ["vn2026", "05"]


def test_lao_has_one_spelling_whichever_keyboard_wrote_it():
    assert words_of("ນ້ຳ") == words_of("ນໍ້າ") == words_of("ນ້ໍາ")
    assert words_of("ສະໝັກ") == words_of("ສະຫມັກ")


def test_words_that_every_notice_has_are_left_out():
    assert distinctive(words_of("Re: Fwd: Vacancy notice of IOM Lao PDR: driver, apply now")) == ["driver"]
    assert "".join(distinctive(words_of("ປະກາດຮັບສະໝັກພະນັກງານຂັບລົດ"))) == "".join(words_of("ພະນັກງານຂັບລົດ"))


def test_words_are_weighed():
    worth = {"driver and clerk": 3, "driver driver": 1, "5 2026 a": 0, "ພະນັກງານ": 1, LAO_TITLE: 4}
    assert {text: score(words_of(text)) for text in worth} == worth


def test_a_piece_stands_in_a_text_as_whole_words_and_in_lao_wherever_the_spaces_are():
    assert contains(["start", "officer", "training"], ["officer", "training"])
    assert not contains(["start", "officer"], ["art", "officer"])
    assert contains(words_of(LAO_TITLE), words_of("ຂັບ ລົດ"))
    assert not contains(["driver"], [])


# --- References -------------------------------------------------------------------------------


def test_a_reference_is_certain_however_it_is_typed():
    texts = [
        "CFCV2021.51", "cfcv2021.51", "CFCV 2021 51", "CFCV-2021-51", "CFCV202151", "CFCV2021/51.",
        "Ref: CFCV2021.51", "Re: Vacancy CFCV2021.51", "“CFCV2021.51”", "ＣＦＣＶ２０２１．５１",
        f"CFCV2021.51 {TITLE}", f"Vacancy notice CFCV2021.51: {TITLE}, IOM Lao PDR, apply now",
    ]  # fmt: skip
    assert matches(texts, title_en=TITLE, reference="CFCV2021.51") == each(texts, "certain")


def test_another_reference_is_not_taken_for_one_of_the_office():
    texts = [
        "CFCV2021.5", "CFCV2021.511", "CFCV202.151", "XCFCV2021.51", "CFCV", "2021.51", "51", "CFCV2020.51"
    ]  # fmt: skip
    assert "certain" not in {match(text, title_en=TITLE, reference="CFCV2021.51") for text in texts}


def test_a_reference_that_figures_may_hit_by_chance_is_not_enough():
    for reference in ("5", "G4", "2026"):
        fields = {"title_en": "Driver and clerk", "reference": reference}
        assert match(f"{reference} days in Pakse", **fields) != "certain"
        assert match(reference, **fields) == "similar"


def test_a_reference_or_an_address_with_the_title_of_something_else_is_not_enough():
    fields = {"title_en": "Driver", "reference": "VN2026.05"}
    assert match("Driver VN2026.05", **fields) == "certain"
    assert match("VN2026.05 Senior finance officer", **fields) == "similar"
    assert match("Senior finance officer", is_linked=True, **fields) == "similar"
    assert match("", is_linked=True, **fields) == "certain"


# --- Titles -----------------------------------------------------------------------------------


def test_a_title_is_certain_however_it_is_typed():
    texts = [
        TITLE, "project assistant migration health division", "PROJECT  ASSISTANT – MIGRATION-HEALTH DIVISION",
        "Vacancy: Project Assistant, Migration Health Division", f"Re: Fwd: “{TITLE}”",
        "Project Assistant, Migration Health", "Projéct Assistant Migration Health Division",
    ]  # fmt: skip
    assert matches(texts, title_en=TITLE) == each(texts, "certain")


def test_a_thin_match_is_similar_and_never_certain():
    texts = [
        "assistant", "Project", "assistant assistant", "assistant assistant assistant", "Project Assistant",
        "Assistant, Health Division", "Health Division", "Migration Health Division", f"Senior {TITLE}",
    ]  # fmt: skip
    assert matches(texts, title_en=TITLE) == each(texts, "similar")


def test_a_title_of_one_word_is_enough_by_itself_and_not_within_another_title():
    texts = [
        "Driver",
        "IOM is hiring a driver in Vientiane",
        "Vacancy: Driver (2 posts)",
        "Driver, closing soon",
    ]
    assert matches(texts, title_en="Driver") == each(texts, "certain")
    texts = ["Senior Driver", "Driver Supervisor", "Bus and truck driver"]
    assert "certain" not in {match(text, title_en="Driver") for text in texts}


def test_a_title_with_filler_words_is_certain_as_a_phrase():
    title = "National Project Officer (Monitoring, Evaluation and Learning)"
    texts = [f"Job: {title}\nApply by Friday 11 December 2026", f"IOM is hiring: {title}, Vientiane"]
    assert matches(texts, title_en=title) == each(texts, "certain")
    assert match("Supply of tents\nQuestions: bids@example.org", title_en="Supply of tents") == "certain"
    assert match("Supply chain of tents\nApply today", title_en="Supply of tents") != "certain"
    assert match("The Senior Officer of the Mission, apply", title_en="Officer of the Mission") != "certain"


def test_letters_within_another_word_are_no_match():
    texts = ["start officer training", "smart officers"]
    assert "certain" not in {match(text, title_en="Art officer") for text in texts}


def test_a_title_in_lao_is_certain_with_and_without_spaces_and_opening_words():
    texts = [
        LAO_TITLE, "ພະນັກງານ ຂັບລົດ ແຂວງ ສະຫວັນນະເຂດ", "ພະນັກງານ\u200bຂັບລົດແຂວງສະຫວັນນະເຂດ",
        "ປະກາດຮັບສະໝັກພະນັກງານຂັບລົດແຂວງສະຫວັນນະເຂດ", "ປະກາດຮັບສະຫມັກ: ພະນັກງານຂັບລົດ ແຂວງສະຫວັນນະເຂດ",
        "ພະນັກງານຂັບລົດ", f"Vacancy: {LAO_TITLE}",
    ]  # fmt: skip
    assert matches(texts, title_en="Driver, Savannakhet", title_lo=LAO_TITLE) == each(texts, "certain")
    assert matches(texts, title_en=LAO_TITLE) == each(texts, "certain")


def test_a_lao_title_with_latin_letters_or_a_common_word_is_certain_wherever_the_spaces_are():
    for title in ("ພະນັກງານຂັບລົດ ຕຳແໜ່ງ G4 ປະຈຳແຂວງອັດຕະປື", "ອົງການສາກົນ ປະກາດຮັບສະໝັກ ຜູ້ຊ່ວຍບໍລິຫານ"):
        texts = [title.replace(" ", between) for between in (" ", "", "\u200b")]
        assert matches(texts, title_en="Something", title_lo=title) == each(texts, "certain")


def test_a_common_lao_word_is_not_enough():
    fields = {"title_en": "Driver", "title_lo": LAO_TITLE}
    assert match("ພະນັກງານ", **fields) == match("ຮັບສະໝັກ ພະນັກງານ", **fields) == "similar"
    assert match("ຜູ້ປະສານງານ", **fields) == "none"


def test_tenders_are_matched_as_vacancies_are():
    fields = {"kind": ProcurementNotice, "title_en": "Supply of tents", "reference": "RFQ-LA-2026-003"}
    assert match("rfq la 2026 003", **fields) == match("Supply of tents", **fields) == "certain"


# --- Addresses --------------------------------------------------------------------------------


def test_an_address_of_this_site_names_its_notice():
    texts = [
        "http://testserver/n/driver", "https://testserver/n/driver", "HTTP://TESTSERVER/n/driver", "/n/driver",
        "/n/driver/", "/n/driver.", "(http://testserver/n/driver)", "http://testserver/n/driver?fbclid=abc#top",
        "testserver/n/driver", "Testserver/n/driver?fbclid=abc", "(testserver/careers/vacancies/driver/)", "http://testserver/careers/vacancies/driver/", "http://testserver/careers/vacancies/driver",
        "/careers/procurement/driver/",
    ]  # fmt: skip
    for text in texts:
        query = NoticeQuery(text)
        assert (query.slugs, query.words) == (["driver"], []), text


def test_an_address_of_another_site_names_no_notice():
    texts = [
        "http://testserver.example.org/n/driver", "https://example.org/n/driver", "example.org/n/driver",
        "www.example.org/n/driver", "http://testserver@example.org/n/driver", "http://testserver:81/n/driver",
        "http://example.org/http://testserver/n/nothing", "testserver.example.org/n/driver", "testserver:81.example.org/n/driver",
        "https://example.org/?testserver/n/driver",
    ]  # fmt: skip
    for text in texts:
        query = NoticeQuery(text)
        assert (query.slugs, query.has_link) == ([], True), text
    assert NoticeQuery("//testserver/n/driver").slugs == []


def test_an_address_of_this_site_needs_no_http(settings):
    for host in ("portal.example", "portal.example:8000", "127.0.0.1:8000", "localhost"):
        settings.SITE_URL = f"https://{host}"
        for text in (
            f"{host}/n/driver",
            f"Link:{host}/n/driver.",
            f"ທີ່{host}/n/driver",
            f"www.{host}/n/driver",
        ):
            assert NoticeQuery(text).slugs == ["driver"], text
        for text in (
            f"{host}.evil.example/n/driver",
            f"{host}@evil.example/n/driver",
            f"evil{host}/n/driver",
            f"evil-{host}/n/driver",
        ):
            assert NoticeQuery(text).slugs == [], text


def test_a_path_that_leads_to_no_notice_names_none():
    assert [slug_at(path) for path in ("/careers/", "/programmes/driver/", "/n/", "/nothing")] == [[]] * 4


def test_what_says_nothing_is_too_short():
    texts = ["vacancy", "Re:", "!!!", "a", "IOM Lao PDR", "໌", "💰", "()", "%", "_"]
    assert [text for text in texts if not NoticeQuery(text).is_too_short] == []
    assert not NoticeQuery("/n/driver").is_too_short
    assert not NoticeQuery("https://example.org/").is_too_short


def test_ten_thousand_characters_are_read_in_one_go():
    """Reading on from each character to the end would take minutes, and the run stops such a test."""
    for piece in (
        "1 ", "1.", "1,", "2026 ", "1/1 ", "a.", "a@", "/n/1 ", "testserver ", "telegram @", "a b ", "one ", "www.",
        "\n", "no pay ", "call line ", "ບໍ່" + "ຄ່າ" * 30 + "ກ" * 15,
    ):  # fmt: skip
        read(without_envelope(normalize((piece * 10_000)[:10_000])))
