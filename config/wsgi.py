"""The application that gunicorn serves."""

from django.core.wsgi import get_wsgi_application

from onestop.ui.checks import require_assets

application = get_wsgi_application()
require_assets()  # gunicorn runs no checks; an unstyled start is refused with the reason
