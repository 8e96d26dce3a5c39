"""The product's addresses and, beside them, the demo's own."""

from django.urls import include, path

from bookbind.demo import views

urlpatterns = [
    path("demo/skip", views.skip, name="demo_skip"),
    path("demo/clock", views.clock_fragment, name="demo_clock"),
    path("demo/mail", views.mails, name="demo_mail"),
    path("demo/samples/", views.samples, name="demo_samples"),
    path("demo/samples/<int:number>.pdf", views.sample, name="demo_sample"),
    path("", include("bookbind.web.urls")),
]

handler400 = "bookbind.web.errors.bad_request"
handler403 = "bookbind.web.errors.forbidden"
handler404 = "bookbind.web.errors.not_found"
handler500 = "bookbind.web.errors.server_error"
