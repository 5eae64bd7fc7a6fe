"""Admin pages of procurement notices."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from careers.admin.inlines import AwardInline, ClarificationInline, ProcurementDocumentInline
from careers.admin.notice import DEADLINE, NEXT, OUTCOME, WAYS, NoticeAdmin
from careers.models.procurement import ProcurementNotice
from iomlaos.staff.content import FileOwnerAdmin

DATES = [DEADLINE, "deadline_reason", "posted_on", "clarifications_until", ("pre_bid_at", "pre_bid_place")]


@admin.register(ProcurementNotice)
class ProcurementNoticeAdmin(NoticeAdmin, FileOwnerAdmin):
    menu_order = 220
    about = _(
        "What the office seeks to buy. Notices show under Careers, Procurement while they are open, and "
        "among the closed ones afterwards; awards are listed by year."
    )
    file_relation = "documents"
    fields_to_fill_in = (*NoticeAdmin.fields_to_fill_in, _("documents for bidders"))
    no_way_to_submit = _(
        "This notice is published, and nobody can make an offer: give an e-mail address, a link or an "
        "address under “How to take part”."
    )
    list_display = [
        "headline", "closes", "open_or_closed", "state_label", "live_now", "outcome",
        "translation_status",
    ]  # fmt: skip
    list_filter = [*NoticeAdmin.list_filter, "method"]
    fieldsets = [
        (_("Title and reference"), {"fields": ["title", "slug", "reference", "method"]}),
        (_("Dates and deadline"), {"fields": DATES}),
        (_("What is to be bought"), {"fields": ["body", "delivery_place", "currency"], "classes": ["long"]}),
        (_("How to take part"), WAYS),
        NEXT,
        OUTCOME,
    ]
    inlines = [ProcurementDocumentInline]
    announced_inlines = (ClarificationInline, AwardInline, *NoticeAdmin.announced_inlines)

    def headline_details(self, obj: ProcurementNotice) -> list[str]:
        return [obj.get_method_display()]
