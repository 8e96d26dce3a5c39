"""Every address of the product."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from bookbind.web.views import components, home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("healthz", home.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
]

if settings.CONFIG.is_demo:
    urlpatterns += [path("demo/components", components.components, name="demo_components")]

handler400 = "bookbind.web.errors.bad_request"
handler403 = "bookbind.web.errors.forbidden"
handler404 = "bookbind.web.errors.not_found"
handler500 = "bookbind.web.errors.server_error"
