"""The WSGI application that granian serves."""

import os

import pypinyin  # noqa: F401  read at the start, with their tables, that no first search waits for them
import rjieba  # noqa: F401
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from sanchuang.web.body import guarded
from sanchuang.web.databases import never_make_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanchuang.web.settings")
never_make_database()
application = guarded(get_wsgi_application(), settings.THREADS_WITH_BODIES)
