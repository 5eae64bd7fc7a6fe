"""The pages for a forgotten password. Django's admin links to the first one by its name."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.Forgotten.as_view(), name="admin_password_reset"),
    path("sent/", views.ForgottenSent.as_view(), name="password_reset_done"),
    path("kept/", views.NewPasswordKept.as_view(), name="password_reset_complete"),
    path("<str:uidb64>/<str:token>/", views.NewPassword.as_view(), name="password_reset_confirm"),
]
