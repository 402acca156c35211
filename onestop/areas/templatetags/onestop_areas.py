"""What templates say of things of this room: `{% load onestop_areas %}`."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from onestop.areas.masks import HIDDEN, NOT_SHOWN, is_masked, kind_of, shown
from onestop.areas.phones import local_phone

register = template.Library()
register.filter("telephone", local_phone)


@register.filter("shown")
def shown_in_page(record: Any, column: str) -> SafeString:
    """{{ person|shown:"phone" }}: the value as this officer sees it, whole or masked; '' where there is none."""
    text = str(shown(record, column) or "")
    if not text:
        return mark_safe("")
    if is_masked(record, column):
        end = format_html('<span class="code">{}</span> ', text) if text.startswith(HIDDEN) else ""
        return format_html('{}<span class="small quiet">{}</span>', end, NOT_SHOWN)
    return format_html(
        '<span class="code">{}</span>', local_phone(text) if kind_of(record, column) == "phone" else text
    )
