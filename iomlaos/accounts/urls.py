"""Password reset. Django's admin links to `admin_password_reset` by that name."""

from django.urls import path

from iomlaos.accounts import password_reset as views

urlpatterns = [
    path("", views.PasswordResetView.as_view(), name="admin_password_reset"),
    path("sent/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("kept/", views.PasswordResetCompleteView.as_view(), name="password_reset_complete"),
    path(
        "<str:uidb64>/<str:token>/", views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"
    ),
]
