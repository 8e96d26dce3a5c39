"""Files on their way into lists and rules: kept from the upload until somebody confirms them."""

from datetime import timedelta
from uuid import UUID

from bookbind.kit import clock
from bookbind.kit.text import clean_text
from bookbind.lists.models import ImportDraft
from bookbind.tenancy.models import Business, User

KEPT_FOR = timedelta(days=1)


def keep_draft(business: Business, subject: str, file_name: str, content: bytes, user: User) -> ImportDraft:
    """Keep an uploaded file until it is confirmed; what was never confirmed goes after a day."""
    ImportDraft.objects.filter(uploaded_at__lt=clock.now() - KEPT_FOR).delete()
    ImportDraft.objects.filter(subject=subject, uploaded_by=user).delete()
    draft: ImportDraft = ImportDraft.objects.create(
        business=business,
        subject=subject,
        file_name=clean_text(file_name, 200) or "file.csv",
        content=content,
        uploaded_at=clock.now(),
        uploaded_by=user,
    )
    return draft


def get_draft(draft_id: UUID, subject: str, user: User) -> ImportDraft:
    """The file that this person uploaded; ImportDraft.DoesNotExist for anybody else's."""
    found: ImportDraft = ImportDraft.objects.get(id=draft_id, subject=subject, uploaded_by=user)
    return found


def drop_draft(draft: ImportDraft) -> None:
    """Forget the file: it was imported, or is not wanted."""
    ImportDraft.objects.filter(id=draft.id).delete()
