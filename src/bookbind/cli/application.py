"""The application as the server's worker loads it: the product's own, ending with the server."""

import os

from bookbind.cli.collecting import collect_seldom
from bookbind.cli.lifeline import end_with
from bookbind.web.wsgi import application

__all__ = ["application"]

end_with(os.getppid())
collect_seldom()
