"""The least that Django can do: one view without middleware, with the response of constant.py."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

from bench.apps.constant import BODY, HEADERS

settings.configure(
    SECRET_KEY="signs-nothing",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=[],
    USE_I18N=False,
)


def page(request):
    return HttpResponse(BODY, headers=dict(HEADERS))


urlpatterns = [path("", page)]
application = get_wsgi_application()
