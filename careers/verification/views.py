"""The page on which visitors ask whether a notice is real."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from iomlaos.delivery.cacheability import any_query
from iomlaos.delivery.origin import is_same_origin
from iomlaos.office.models import standard_texts

MAX_LENGTH = 10_000
#: A reference or a title in the address, which others may see. Messages are posted.
MAX_QUERY_LENGTH = 100


class CheckForm(forms.Form):
    text = forms.CharField(
        max_length=MAX_LENGTH,
        error_messages={
            "required": _("Type a job title or a reference, or paste the message."),
            "max_length": _("This is too long: %(show_value)d characters. Paste at most %(limit_value)d."),
        },
        # A browser would cut a longer text without a word, so there is no `maxlength`.
        widget=forms.Textarea,
    )


@any_query
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("text")
@sensitive_variables()
def check(request: HttpRequest) -> HttpResponse:
    """The form, and the verdicts on what it sent, which is neither stored nor logged.

    The page quotes what is not ours, and shows the rest in the field only: elsewhere a stranger's text would
    look like ours. It sets no cookie, so a form proves by the browser's headers that it comes from this site.
    """
    query = request.GET.get("q", "").strip()
    if request.method == "POST":
        if not is_same_origin(request):
            return _render(request, CheckForm(), status=403, is_foreign=True)
        form = CheckForm(request.POST)
    elif query:
        form = CheckForm({"text": query})
        if len(query) > MAX_QUERY_LENGTH:
            form.add_error("text", _("Press Check to compare this text."))
    else:
        form = CheckForm()
    result = None
    if form.is_bound and form.is_valid():
        # Its patterns take 60 ms to compile, for which no start should wait.
        from careers.verification.check import check_text  # noqa: PLC0415

        result = check_text(form.cleaned_data["text"], request)
    return _render(request, form, result=result)


def _render(request: HttpRequest, form: CheckForm, *, status: int = 200, **context: object) -> HttpResponse:
    context |= {"form": form, "at": request.at, "standard": standard_texts(request.at)}
    response = render(request, "careers/check.html", context, status=status)
    if request.method == "POST":
        patch_cache_control(response, no_store=True)
    return response
