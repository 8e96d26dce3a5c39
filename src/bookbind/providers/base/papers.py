"""What is refused of a file before it is sent to a vendor."""

from pathlib import PurePath

from bookbind.providers.base.contract import FileLimits
from bookbind.providers.base.errors import RejectedReason, refused


def refuse_file(vendor: str, limits: FileLimits, name: str, content: bytes) -> None:
    """Raise rejected, without a call, for what the vendor does not take; `name` is as it would be sent."""
    extension = PurePath(name).suffix.lstrip(".").lower()
    problem = ""
    if not content:
        problem = "The file is empty."
    elif len(content) > limits.size_bytes:
        problem = f"The file is larger than the {limits.size_bytes // 1024 // 1024} MB that {vendor} takes."
    elif extension not in limits.extensions:
        named = f"named .{extension}" if extension else "whose name has no ending"
        problem = f"{vendor} does not take files {named}."
    if problem:
        raise refused("file", RejectedReason.FILE_REFUSED, problem)
