#!/usr/bin/env python
"""Django's own commands, for developers."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("BOOKBIND_MODE", "demo")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookbind.settings")
    execute_from_command_line(sys.argv)
