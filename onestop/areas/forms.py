"""What a reader types to find a place."""

from django import forms
from django.utils.translation import gettext_lazy as _

from onestop.areas.text import normalise
from onestop.ui.widgets import SearchBox


class PlaceSearch(forms.Form):
    """A name in either script, or a code. Places are public, so the text may stand in the address."""

    q = forms.CharField(label=_("Place"), max_length=120, required=False, widget=SearchBox({"class": "govuk-input"}))

    def clean_q(self) -> str:
        return normalise(self.cleaned_data["q"])
