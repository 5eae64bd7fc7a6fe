"""Password reset and sign-in links. Django's admin links to `admin_password_reset` by that name."""

from django.urls import path

from iomlaos.accounts import password_links as views

urlpatterns = [
    path("password-reset/", views.PasswordResetView.as_view(), name="admin_password_reset"),
    path("password-reset/sent/", views.PasswordResetDoneView.as_view(), name="password_reset_done"),
    path(
        "password-reset/<str:uidb64>/<str:token>/",
        views.PasswordResetConfirmView.as_view(),
        name="password_reset_confirm",
    ),
    path("sign-in-link/<str:uidb64>/<str:token>/", views.SignInLinkView.as_view(), name="sign_in_link"),
]
