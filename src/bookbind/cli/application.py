"""The application as the server's worker loads it: the product's own, ending with the server."""

import os

from bookbind.cli.lifeline import end_with
from bookbind.web.wsgi import application

__all__ = ["application"]

end_with(os.getppid())
