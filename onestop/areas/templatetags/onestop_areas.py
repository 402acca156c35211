"""What templates say of things of this room: `{% load onestop_areas %}`."""

from django import template

from onestop.areas.phones import local_phone

register = template.Library()
register.filter("telephone", local_phone)
