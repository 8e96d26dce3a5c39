"""Who gets which answer at every address: the product's promise, written down apart from the code.

`status` is what somebody gets who may: to a GET, and to a POST of `fields`. What everybody else gets follows
from `who` alone: nobody signed in is led to the sign-in page (302), the wrong role is refused in words (403),
and strangers, other tenants' Admins included, can't tell the page from one that does not exist (404).
"""

from dataclasses import dataclass

from bookbind.tenancy.permissions import Permission

PUBLIC, SIGNED_IN, PRACTICE = "public", "signed_in", "practice"
MEMBERS = frozenset({"standard", "user_admin", "admin", "accountant"})
ADMINS = MEMBERS - {"standard"}

VIEW = Permission.VIEW_DOCUMENTS
EDIT = Permission.EDIT_DOCUMENTS
PUBLISH = Permission.PUBLISH_DOCUMENTS
LISTS = Permission.VIEW_LISTS
EDIT_LISTS = Permission.EDIT_LISTS
RULES = Permission.EDIT_RULES
SETTINGS = Permission.VIEW_SETTINGS
CONNECTIONS = Permission.MANAGE_CONNECTIONS
PEOPLE = Permission.MANAGE_PEOPLE
ASK = Permission.ASK_TO_RECONNECT

WHO_MAY = {
    **dict.fromkeys((VIEW, EDIT, PUBLISH, LISTS, SETTINGS, ASK), MEMBERS),
    **dict.fromkeys((EDIT_LISTS, RULES, CONNECTIONS, PEOPLE), ADMINS),
}


@dataclass(frozen=True)
class Row:
    """One address and method: the permission that it takes, and the answer to those who have it."""

    name: str
    method: str
    who: str
    status: int
    fields: str = ""

    def expected(self, role: str) -> int:
        """The status that this role gets."""
        if self.who == PUBLIC:
            return self.status
        if role == "anonymous":
            return 302
        if self.who == SIGNED_IN:
            return 200 if (self.name, role) == ("home", "stranger") else self.status
        if self.who == PRACTICE:
            return self.status if role == "accountant" else 404
        if role not in MEMBERS:
            return 404
        return self.status if role in WHO_MAY[Permission(self.who)] else 403


TABLE = (
    Row("home", "GET", SIGNED_IN, 302),
    Row("healthz", "GET", PUBLIC, 200),
    Row("clients", "GET", PRACTICE, 200),
    Row("guide", "GET", SIGNED_IN, 200),
    Row("guide_picture", "GET", SIGNED_IN, 404),
    # A callback whose state is nobody's leads to a page that says so; without a sign-in, through the sign-in.
    # The link on a document in the books; this one is nobody's.
    Row("back", "GET", SIGNED_IN, 404),
    Row("callback", "GET", PUBLIC, 302),
    Row("sign_in_problem", "GET", SIGNED_IN, 302),
    # Costs
    Row("costs", "GET", VIEW, 200),
    Row("costs_archive_early", "GET", EDIT, 302),
    Row("costs_archive_early", "POST", EDIT, 302),
    Row("costs_publish_early", "GET", PUBLISH, 302),
    Row("costs_publish_early", "POST", PUBLISH, 302),
    Row("costs_restore_early", "GET", EDIT, 302),
    Row("costs_restore_early", "POST", EDIT, 302),
    Row("costs_take_back_early", "GET", PUBLISH, 302),
    Row("costs_take_back_early", "POST", PUBLISH, 302),
    Row("costs_export", "POST", EDIT, 200),
    Row("costs_publish_all", "POST", PUBLISH, 302),
    Row("costs_ready", "POST", PUBLISH, 302),
    Row("costs_upload", "POST", EDIT, 302),
    Row("cost", "GET", VIEW, 200),
    Row("cost_archive", "POST", EDIT, 302),
    Row("cost_decide", "POST", PUBLISH, 302, "choice=look"),
    Row("cost_file", "GET", VIEW, 200),
    Row("cost_match", "POST", EDIT_LISTS, 302),
    Row("cost_page", "GET", VIEW, 200),
    Row("cost_publish", "POST", PUBLISH, 302),
    Row("cost_ready", "POST", PUBLISH, 302),
    Row("cost_restore", "POST", EDIT, 302),
    Row("cost_rule", "GET", RULES, 302),
    Row("cost_rule", "POST", RULES, 302),
    Row("cost_save", "POST", EDIT, 422),
    Row("cost_status", "GET", VIEW, 200),
    Row("cost_take_back", "POST", PUBLISH, 302),
    # Lists
    Row("lists", "GET", LISTS, 200),
    Row("lists_refresh", "POST", EDIT_LISTS, 302),
    Row("list", "GET", LISTS, 200),
    Row("list_combine", "GET", EDIT_LISTS, 302),
    Row("list_combine", "POST", EDIT_LISTS, 302),
    Row("list_export", "GET", LISTS, 200),
    # Suppliers are made here at any time; the lists that the books keep lead back with the reason.
    Row("list_new", "GET", EDIT_LISTS, 200),
    Row("list_new", "POST", EDIT_LISTS, 422),
    Row("list_item", "GET", EDIT_LISTS, 200),
    Row("list_item", "POST", EDIT_LISTS, 422),
    Row("list_item_archive", "POST", EDIT_LISTS, 302, "archived=on"),
    Row("list_import", "GET", EDIT_LISTS, 200),
    Row("list_import", "POST", EDIT_LISTS, 422),
    # A file is shown to the one who uploaded it and to nobody else.
    Row("list_import_preview", "GET", EDIT_LISTS, 404),
    Row("list_import_preview", "POST", EDIT_LISTS, 404),
    Row("list_keep_apart", "POST", EDIT_LISTS, 302),
    # Only the two tracking lists show a dimension; the list of this walk is another.
    Row("list_dimension", "POST", EDIT_LISTS, 404),
    Row("list_match", "POST", EDIT_LISTS, 302),
    Row("list_pick", "GET", LISTS, 200),
    Row("list_remote", "GET", EDIT_LISTS, 200),
    Row("combination_undo", "POST", EDIT_LISTS, 302),
    # Rules
    Row("rules", "GET", LISTS, 200),
    Row("rule", "GET", RULES, 200),
    Row("rule", "POST", RULES, 302),
    Row("rule_first", "POST", RULES, 302),
    Row("rule_restore", "POST", RULES, 302),
    Row("rule_switch", "POST", RULES, 302),
    Row("rules_export", "GET", LISTS, 200),
    Row("rules_import", "GET", RULES, 200),
    Row("rules_import", "POST", RULES, 422),
    Row("rules_import_preview", "GET", RULES, 404),
    Row("rules_import_preview", "POST", RULES, 404),
    Row("rule_new", "GET", RULES, 200),
    Row("rule_new", "POST", RULES, 422),
    # Business settings
    Row("settings", "GET", SETTINGS, 200),
    Row("confirm", "GET", CONNECTIONS, 200),
    Row("confirm", "POST", CONNECTIONS, 422),
    Row("history", "GET", PEOPLE, 200),
    Row("people", "GET", PEOPLE, 200),
    Row("person_add", "POST", PEOPLE, 422),
    Row("person_link", "POST", PEOPLE, 302),
    Row("person_remove", "POST", PEOPLE, 302),
    Row("person_role", "POST", PEOPLE, 302, "role=standard"),
    # Connections
    Row("connections", "GET", CONNECTIONS, 200),
    Row("connect", "GET", CONNECTIONS, 200),
    # The business is connected, so there is nothing to begin.
    Row("connect", "POST", CONNECTIONS, 409),
    Row("reconnect", "GET", CONNECTIONS, 200),
    Row("reconnect", "POST", CONNECTIONS, 200),
    Row("confirmed", "GET", CONNECTIONS, 200),
    Row("confirm_name", "POST", CONNECTIONS, 302),
    Row("connection_progress", "GET", CONNECTIONS, 200),
    Row("connection_settings", "GET", CONNECTIONS, 200),
    Row("connection_settings", "POST", CONNECTIONS, 422),
    Row("connection_refresh", "GET", CONNECTIONS, 200),
    Row("connection_refresh", "POST", CONNECTIONS, 302),
    Row("connection_lists", "GET", CONNECTIONS, 200),
    Row("connection_history", "GET", CONNECTIONS, 200),
    Row("connection_help", "GET", CONNECTIONS, 200),
    Row("disconnect", "GET", CONNECTIONS, 200),
    Row("disconnect", "POST", CONNECTIONS, 302),
    Row("second_person", "POST", CONNECTIONS, 302),
    Row("approval", "GET", CONNECTIONS, 200),
    Row("approval", "POST", CONNECTIONS, 200),
    Row("change", "GET", CONNECTIONS, 200),
    Row("change_to", "GET", CONNECTIONS, 200),
    Row("change_to", "POST", CONNECTIONS, 200),
    # Nothing was changed, so there is nothing to stop, to undo or to start.
    Row("stop_change", "POST", CONNECTIONS, 302),
    Row("go_on_without", "POST", CONNECTIONS, 302),
    Row("undo_change", "GET", CONNECTIONS, 302),
    Row("undo_change", "POST", CONNECTIONS, 302),
    Row("start_publishing", "GET", CONNECTIONS, 302),
    Row("start_publishing", "POST", CONNECTIONS, 302),
    Row("merge", "GET", CONNECTIONS, 200),
    Row("merge_step", "GET", CONNECTIONS, 200),
    Row("merge_finish", "POST", CONNECTIONS, 302),
    Row("merge_state", "GET", CONNECTIONS, 200),
    # What no page of ours sends is no choice.
    Row("merge_choose", "POST", CONNECTIONS, 404),
    Row("merge_row", "GET", CONNECTIONS, 200),
    Row("merge_edit", "GET", CONNECTIONS, 200),
    Row("merge_targets", "GET", EDIT_LISTS, 200),
    Row("merge_way", "POST", CONNECTIONS, 302),
    Row("merge_dimension", "POST", CONNECTIONS, 404),
    Row("merge_preview", "GET", CONNECTIONS, 200),
    Row("merge_use", "POST", CONNECTIONS, 302),
    Row("merge_undo", "POST", CONNECTIONS, 302),
    Row("merge_export", "GET", CONNECTIONS, 200),
    Row("merge_import", "GET", CONNECTIONS, 200),
    Row("merge_import", "POST", CONNECTIONS, 422),
    Row("ask", "POST", ASK, 302),
    # A sign-in is open to the browser session that began it, and to nobody else who may manage connections.
    Row("choose", "GET", CONNECTIONS, 404),
    Row("choose", "POST", CONNECTIONS, 404),
    Row("ask_again", "POST", CONNECTIONS, 404),
    Row("cancel", "POST", CONNECTIONS, 404),
    Row("different", "GET", CONNECTIONS, 404),
    Row("finish", "GET", CONNECTIONS, 404),
    Row("finish", "POST", CONNECTIONS, 404),
    Row("move", "POST", CONNECTIONS, 404),
    Row("summary", "GET", CONNECTIONS, 404),
    # Only in the demo
    Row("demo_clock", "GET", SIGNED_IN, 200),
    Row("demo_components", "GET", PUBLIC, 200),
    Row("demo_mail", "GET", SIGNED_IN, 200),
    Row("demo_sample", "GET", SIGNED_IN, 200),
    Row("demo_samples", "GET", SIGNED_IN, 200),
    Row("demo_skip", "POST", SIGNED_IN, 302),
)
