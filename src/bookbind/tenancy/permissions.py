"""The one table that says which role may do what."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody is inside one business; an accountant is a practice member with access to the client."""

    BUSINESS_ADMIN = "business_admin"
    USER_ADMIN = "user_admin"
    STANDARD = "standard"
    ACCOUNTANT = "accountant"

    @property
    def label(self) -> str:
        """The role as pages write it."""
        return _LABELS[self]


_LABELS = {
    Role.BUSINESS_ADMIN: "Business Admin",
    Role.USER_ADMIN: "User Admin",
    Role.STANDARD: "Standard user",
    Role.ACCOUNTANT: "Accountant",
}


class Permission(StrEnum):
    """Something that a person may or may not do inside one business."""

    VIEW_DOCUMENTS = "view_documents"
    EDIT_DOCUMENTS = "edit_documents"
    PUBLISH_DOCUMENTS = "publish_documents"
    ASK_TO_RECONNECT = "ask_to_reconnect"
    VIEW_LISTS = "view_lists"
    EDIT_LISTS = "edit_lists"
    EDIT_RULES = "edit_rules"
    VIEW_SETTINGS = "view_settings"
    MANAGE_CONNECTIONS = "manage_connections"
    MANAGE_PEOPLE = "manage_people"


_EVERYBODY = frozenset(Role)
_ADMINS = frozenset({Role.BUSINESS_ADMIN, Role.USER_ADMIN, Role.ACCOUNTANT})

PERMISSIONS: dict[Permission, frozenset[Role]] = {
    Permission.VIEW_DOCUMENTS: _EVERYBODY,
    Permission.EDIT_DOCUMENTS: _EVERYBODY,
    Permission.PUBLISH_DOCUMENTS: _EVERYBODY,
    Permission.ASK_TO_RECONNECT: _EVERYBODY,
    Permission.VIEW_LISTS: _EVERYBODY,
    Permission.VIEW_SETTINGS: _EVERYBODY,
    Permission.EDIT_LISTS: _ADMINS,
    Permission.EDIT_RULES: _ADMINS,
    Permission.MANAGE_CONNECTIONS: _ADMINS,
    Permission.MANAGE_PEOPLE: _ADMINS,
}


def may(role: Role, permission: Permission) -> bool:
    """Whether the role includes the permission."""
    return role in PERMISSIONS[permission]
