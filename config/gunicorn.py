"""The settings of the web server: `gunicorn -c python:config.gunicorn -b ADDRESS` (HOWTO.md).

The application is loaded once and then forked, so that the workers share its memory; the collector leaves what was
loaded alone, or it would touch, and so copy, every page of it.
"""

import gc

wsgi_app = "config.wsgi"
workers = 2
threads = 4
preload_app = True
timeout = 60  # seconds a request may take; the database ends statements after 10
graceful_timeout = 5
loglevel = "warning"


def when_ready(server: object) -> None:
    """The application is loaded and no worker made yet."""
    gc.collect()
    gc.freeze()
