"""A match that changes while the vendor is asked about a document's supplier: it goes as it is then."""

from collections.abc import Callable

from bookbind.documents.services import save_document
from bookbind.lists.models import ListItem, RemoteItem
from bookbind.lists.services import get_or_create_supplier
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_publication
from bookbind.publishing.services import request_publish
from bookbind.publishing.states import State
from tests.merge.story import Story
from tests.merge.story_world import CATEGORIES


def motor(story: Story) -> ListItem:
    found: ListItem = ListItem.objects.get(list=CATEGORIES, name="Motor expenses")
    return found


def sundries(story: Story) -> RemoteItem:
    found: RemoteItem = RemoteItem.objects.get(connection=story.here, remote_id="x-1-a8")
    return found


def publish_while(story: Story, act: Callable[[], object]) -> Publication:
    """A bill for motor expenses from a supplier that the books are asked for, while somebody does this."""
    supplier = get_or_create_supplier(story.business.id, "Brand New Supplier", story.user)
    values = story.values_of(supplier, motor(story))
    document = story.new_document()
    document = save_document(document.id, values, document.version, story.user)
    request_publish(document, story.user)
    story.world.of(story.here).meanwhile.append(act)
    story.work()
    found = find_publication(document.id)
    assert found is not None
    return found


def sent_categories(story: Story) -> list[str]:
    sent = [document for document, _ in story.world.of(story.here).documents.values()]
    return [line.category_id for document in sent for line in document.lines]


def test_an_entry_matched_to_another_meanwhile_goes_as_that_other(story: Story) -> None:
    publication = publish_while(
        story, lambda: match_one(story.here, motor(story).id, sundries(story).id, story.user)
    )
    assert publication.state == State.PUBLISHED
    assert sent_categories(story)[-1] == "x-1-a8"
    assert publication.labels["lines"][0]["category"].endswith("Sundries of x-1")


def test_a_match_that_was_taken_back_meanwhile_is_not_sent(story: Story) -> None:
    choice = NewChoice(motor(story).id, target=sundries(story).id)
    save_choices(story.here, [choice], story.user, story.version(story.here))
    applied = use_matches(story.here, story.user, expected_version=story.version(story.here))
    story.work()
    publication = publish_while(story, lambda: undo(applied, story.user))
    assert publication.state == State.PUBLISHED
    assert sent_categories(story)[-1] == "x-1-a0", "as before the match that was taken back"
