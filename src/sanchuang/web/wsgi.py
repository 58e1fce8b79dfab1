"""The WSGI application that granian serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from sanchuang.web.body import guarded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sanchuang.web.settings")
application = guarded(get_wsgi_application(), settings.THREADS_WITH_BODIES)
