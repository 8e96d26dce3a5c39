"""The first step: what happens with documents that the new books do not take the way they are asked for."""

from collections.abc import Mapping

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.providers.base.types import DocumentKind, PublishAs
from bookbind.providers.registry import get_provider
from bookbind.publishing.configuration import get_settings, save_instead
from bookbind.publishing.instead import Question, list_questions
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.models import User


def list_ways(connection: Connection) -> list[Question]:
    """What settings, rules and open documents ask for and these books lack, with the answers so far."""
    settings = get_settings(connection)
    usual = (settings.publish_to, settings.publish_as)
    rules = SupplierRule.objects.filter(active=True).values_list("publish_to", "publish_as").distinct()
    documents = Document.objects.filter(shelf=Document.Shelf.INBOX).exclude(stage=Document.Stage.PUBLISHED)
    asked = {usual, *rules, *documents.values_list("kind", "publish_as").distinct()}
    pairs = {
        (DocumentKind(kind or usual[0]), PublishAs(publish_as or usual[1])) for kind, publish_as in asked
    }
    return list_questions(pairs, get_provider(connection.provider).kinds, settings.instead)


def choose_ways(connection: Connection, answers: Mapping[str, str], user: User) -> None:
    """Answer several questions by key, all or none; SettingNotTaken for what is no answer.

    An answer is a way that the vendor offers, KEEP to keep such documents here, "" to ask again.
    What becomes complete waits for a look.
    """
    save_instead(connection, dict(answers), user)


def choose_way(connection: Connection, key: str, answer: str, user: User) -> None:
    """The same for one question."""
    choose_ways(connection, {key: answer}, user)
