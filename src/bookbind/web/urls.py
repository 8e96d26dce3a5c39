"""Every address of the product."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from bookbind.web.views import (
    approving,
    back,
    changing,
    clients,
    components,
    confirming,
    connecting,
    connection_pages,
    connections,
    finishing,
    guide,
    home,
    people,
    starting,
)
from bookbind.web.views import settings as settings_views

_SIGN_IN = "connections/sign-in/<uuid:sign_in_id>"
_CONNECTION = "connections/<uuid:connection_id>"

settings_patterns: list[URLPattern | URLResolver] = [
    path("", settings_views.settings, name="settings"),
    path("history/", settings_views.history, name="history"),
    path("confirm", confirming.confirm, name="confirm"),
    path("people/", people.people, name="people"),
    path("people/add", people.add, name="person_add"),
    path("people/<uuid:membership_id>/role", people.role, name="person_role"),
    path("people/<uuid:membership_id>/remove", people.remove, name="person_remove"),
    path("people/<uuid:membership_id>/link", people.new_link, name="person_link"),
    path("connections/", connections.connections, name="connections"),
    path("connections/second-person", approving.second_person, name="second_person"),
    path("connections/approvals/<uuid:approval_id>/", approving.approval, name="approval"),
    path("connections/connect/<slug:provider>/", connecting.connect, name="connect"),
    path(f"{_SIGN_IN}/", finishing.choose, name="choose"),
    path(f"{_SIGN_IN}/again", finishing.ask_again, name="ask_again"),
    path(f"{_SIGN_IN}/summary", finishing.summary, name="summary"),
    path(f"{_SIGN_IN}/different", finishing.different, name="different"),
    path(f"{_SIGN_IN}/move", changing.move, name="move"),
    path(f"{_SIGN_IN}/finish", finishing.finish_sign_in, name="finish"),
    path(f"{_SIGN_IN}/cancel", finishing.cancel, name="cancel"),
    path(f"{_CONNECTION}/confirmed", connections.confirmed, name="confirmed"),
    path(f"{_CONNECTION}/progress", connections.progress, name="connection_progress"),
    path(f"{_CONNECTION}/reconnect", connecting.reconnect, name="reconnect"),
    path(f"{_CONNECTION}/settings", connection_pages.connection_settings, name="connection_settings"),
    path(f"{_CONNECTION}/refresh", connection_pages.refresh, name="connection_refresh"),
    path(f"{_CONNECTION}/lists", connection_pages.refresh_table, name="connection_lists"),
    path(f"{_CONNECTION}/disconnect", connection_pages.disconnect_page, name="disconnect"),
    path(f"{_CONNECTION}/history", connection_pages.connection_history, name="connection_history"),
    path(f"{_CONNECTION}/change/", changing.change, name="change"),
    path(f"{_CONNECTION}/change/<slug:provider>/", changing.change_to, name="change_to"),
    path(f"{_CONNECTION}/stop", changing.stop, name="stop_change"),
    path(f"{_CONNECTION}/go-on", changing.go_on, name="go_on_without"),
    path(f"{_CONNECTION}/undo", changing.undo, name="undo_change"),
    path(f"{_CONNECTION}/start", starting.start, name="start_publishing"),
    path(f"{_CONNECTION}/merge/", include("bookbind.web.urls_merge")),
    path(f"{_CONNECTION}/help", connection_pages.connection_help, name="connection_help"),
    path(f"{_CONNECTION}/confirm-name", connection_pages.confirm_organisation, name="confirm_name"),
    path(f"{_CONNECTION}/ask", connection_pages.ask, name="ask"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("healthz", home.healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("clients/", clients.clients, name="clients"),
    path("guide/pictures/<str:picture_name>", guide.picture, name="guide_picture"),
    path("guide/<slug:subject>/", guide.guide, name="guide"),
    path("connections/<slug:provider>/callback", connecting.callback, name="callback"),
    path("p/<slug:marker>", back.back, name="back"),
    path("connections/problem", connecting.problem, name="sign_in_problem"),
    path("b/<slug:slug>/settings/", include(settings_patterns)),
    path("b/<slug:slug>/", include("bookbind.web.urls_costs")),
    path("b/<slug:slug>/", include("bookbind.web.urls_lists")),
    path("b/<slug:slug>/", include("bookbind.web.urls_rules")),
]

if settings.CONFIG.is_demo:
    urlpatterns += [path("demo/components", components.components, name="demo_components")]

handler400 = "bookbind.web.errors.bad_request"
handler403 = "bookbind.web.errors.forbidden"
handler404 = "bookbind.web.errors.not_found"
handler500 = "bookbind.web.errors.server_error"
