"""Admin pages of procurement notices."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from careers.admin.inlines import AwardInline, ClarificationInline, ProcurementDocumentInline
from careers.admin.notice import APPLY, DEADLINE, OUTCOME, SUBMIT, NoticeAdmin
from careers.models.procurement import ProcurementNotice
from iomlaos.staff.content import FileOwnerAdmin


@admin.register(ProcurementNotice)
class ProcurementNoticeAdmin(NoticeAdmin, FileOwnerAdmin):
    menu_order = 220
    about = _(
        "What the office seeks to buy. Notices show under Careers, Procurement while they are open, and "
        "among the closed ones afterwards; awards are listed by year."
    )
    file_relation = "documents"
    fields_to_fill_in = (*NoticeAdmin.fields_to_fill_in, _("documents for bidders"))
    list_filter = [*NoticeAdmin.list_filter, "method"]
    fieldsets = [
        (
            _("Basics"),
            {
                "fields": [
                    "title",
                    DEADLINE,
                    "deadline_reason",
                    ("reference", "method", "currency"),
                    ("delivery_place", "posted_on"),
                    "clarifications_until",
                    ("pre_bid_at", "pre_bid_place"),
                ]
            },
        ),
        (_("Text"), {"fields": ["body"]}),
        (_("Apply"), APPLY | {"fields": [*SUBMIT, "what_next"]}),
        (_("Outcome"), OUTCOME),
    ]
    inlines = [ProcurementDocumentInline]
    announced_inlines = (ClarificationInline, AwardInline, *NoticeAdmin.announced_inlines)

    def headline_details(self, obj: ProcurementNotice) -> list[str]:
        return [obj.get_method_display()]
