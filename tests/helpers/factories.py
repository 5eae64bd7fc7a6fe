"""Rows for tests: each with the least that makes it valid, and the rest by keyword.

`make_programme(title_en="Counter-trafficking", state="draft")`. Names are numbered, so that any
number of rows can stand beside each other. Publishables are published unless told otherwise.
"""

import datetime
import io
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from careers.alerts.models import Subscription
from careers.models.amendment import Amendment
from careers.models.application_form import ApplicationForm, FormVersion
from careers.models.notice import Notice
from careers.models.procurement import Award, Clarification, ProcurementDocument, ProcurementNotice
from careers.models.vacancy import Vacancy
from iomlaos.media.filetypes import check_image
from iomlaos.media.models import Image
from iomlaos.media.resize import sizes
from iomlaos.office.models import ContactPoint, Office, Page, Place, SiteNotice, StandardText
from iomlaos.publishing.models import SlugRedirect
from programmes.models import Counterpart, Document, DocumentVersion, Donor, Figure, Programme, Project
from tests.helpers.uploads import of_colour

_numbers = count(1)


def make_office(**given) -> Office:
    values = {
        "name_en": "International Organization for Migration",
        "short_name_en": "IOM Lao PDR",
        "introduction_en": "The office in Vientiane.",
        "postal_address_en": "Vientiane\nLao PDR",
    }
    return Office.objects.create(**values | given)


def make_contact_point(**given) -> ContactPoint:
    if "office" not in given:
        given["office"] = Office.objects.first() or make_office()
    return ContactPoint.objects.create(**{"kind": "telephone", "written": "+856.21 26 77 30"} | given)


def make_place(**given) -> Place:
    return _make(Place, "Place", "name_en", {"kind": "area"}, given)


def make_page(**given) -> Page:
    return _make(Page, "Page", "title_en", {"state": "published"}, given)


def make_standard_text(**given) -> StandardText:
    return _make(StandardText, "Standard text", "title_en", {"body_en": "<p>A text.</p>"}, given)


def make_site_notice(**given) -> SiteNotice:
    """Shown from 1 June to 1 July 2026 in Vientiane, unless told otherwise."""
    values = {
        "text_en": "The office is closed.",
        "starts_at": datetime.datetime(2026, 5, 31, 17, 0, tzinfo=datetime.UTC),
        "ends_at": datetime.datetime(2026, 6, 30, 17, 0, tzinfo=datetime.UTC),
    }
    return SiteNotice.objects.create(**values | given)


def make_donor(**given) -> Donor:
    return _make(Donor, "Donor", "name_en", {"kind": "government"}, given)


def make_counterpart(**given) -> Counterpart:
    return _make(Counterpart, "Ministry", "name_en", {"kind": "ministry"}, given)


def make_programme(**given) -> Programme:
    values = {
        "state": "published",
        "summary_en": "What it does.",
        "body_en": "<p>What it does, at length.</p>",
    }
    return _make(Programme, "Programme", "title_en", values, given)


def make_project(**given) -> Project:
    if "programme" not in given:
        given["programme"] = make_programme()
    return _make(Project, "Project", "title_en", {"state": "published", "summary_en": "What it is."}, given)


def make_figure(**given) -> Figure:
    return Figure.objects.create(**{"value": "11,097", "caption_en": "people reached"} | given)


def make_document(**given) -> Document:
    return _make(Document, "Document", "title_en", {"state": "published", "kind": "factsheet"}, given)


def make_document_version(**given) -> DocumentVersion:
    """A version at an address elsewhere, or of a file: `make_document_version(file=upload("a.pdf", pdf()))`."""
    if "document" not in given:
        given["document"] = make_document()
    if "file" not in given:
        given.setdefault("address", "https://publications.iom.int/a-document")
    return DocumentVersion.objects.create(**given)


def make_form(**given) -> ApplicationForm:
    return _make(ApplicationForm, "Form", "title_en", {"state": "published"}, given)


def make_version(**given) -> FormVersion:
    if "form" not in given:
        given["form"] = make_form()
    if "file" not in given:
        given.setdefault("address", "https://www.iom.int/a-form")
    return FormVersion.objects.create(**given)


def make_vacancy(**given) -> Vacancy:
    """Closes at the end of 30 June 2030 in Vientiane, unless told otherwise."""
    closing = Vacancy.closing_moment(datetime.date(2030, 6, 30))
    return _make(Vacancy, "Vacancy", "title_en", {"state": "published", "closes_at": closing}, given)


def make_procurement_notice(**given) -> ProcurementNotice:
    """Closes at the end of 30 June 2030 in Vientiane, unless told otherwise."""
    closing = ProcurementNotice.closing_moment(datetime.date(2030, 6, 30))
    return _make(ProcurementNotice, "Tender", "title_en", {"state": "published", "closes_at": closing}, given)


def make_bidding_document(**given) -> ProcurementDocument:
    """At an address elsewhere, or of a file: `make_bidding_document(file=upload("a.pdf", pdf()))`."""
    if "notice" not in given:
        given["notice"] = make_procurement_notice()
    if "file" not in given:
        given.setdefault("address", "https://www.iom.int/terms-of-reference")
    return ProcurementDocument.objects.create(**{"title_en": "Terms of reference"} | given)


def make_clarification(**given) -> Clarification:
    if "notice" not in given:
        given["notice"] = make_procurement_notice()
    return Clarification.objects.create(**{"question_en": "Which colour?", "answer_en": "Blue."} | given)


def make_award(**given) -> Award:
    if "notice" not in given:
        given["notice"] = make_procurement_notice()
    return Award.objects.create(**{"supplier": "A supplier"} | given)


def make_amendment(notice: Notice, **given) -> Amendment:
    return notice.amendments.create(**{"text_en": "The duty station was corrected."} | given)


def change_deadline(notice: Notice, closes_at: datetime.datetime, reason: str = "More time.") -> None:
    """As staff do it: with a reason."""
    notice.closes_at, notice.deadline_reason = closes_at, reason
    notice.full_clean()
    notice.save()


def make_subscription(notice: Notice | None = None, **given) -> Subscription:
    """Confirmed, to all that is new, unless told otherwise."""
    values = {"email": f"reader-{next(_numbers)}@example.org", "topic": "all", "confirmed_at": timezone.now()}
    subscriptions = notice.subscriptions if notice else Subscription.objects
    return subscriptions.create(**values | given)


def make_former_address(row, slug: str) -> SlugRedirect:
    return SlugRedirect.objects.create(model=row._meta.label_lower, slug=slug, object_id=row.pk)


def make_picture(data: bytes | None = None, name: str = "a.jpg", **given) -> Image:
    """A picture for texts, 400 points wide unless its file is given; a text shows it by its `figure`."""
    data = data or of_colour((400, 300))
    row = Image(**{"alternative_text": f"Picture {next(_numbers)} of many"} | given)
    Image.objects.add(row, sizes(data, check_image(io.BytesIO(data), name)))
    return row


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a form hands it over."""
    return SimpleUploadedFile(name, content)


def _make(model, word: str, name_field: str, values: dict, given: dict):
    """A row with a slug and a name of its own; many-to-many fields are taken as lists of rows."""
    number = next(_numbers)
    numbered = {"slug": f"{word.lower().replace(' ', '-')}-{number}", name_field: f"{word} {number}"}
    many = {field.name: given.pop(field.name) for field in model._meta.many_to_many if field.name in given}
    row = model.objects.create(**numbered | values | given)
    for name, related in many.items():
        getattr(row, name).set(related)
    return row
