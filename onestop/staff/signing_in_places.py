"""From where somebody signs in: the browser they have used before, their network, and both in words.

A place is what strangers' guesses are told apart by. The network is a part of the address only (IPv4 /24, IPv6 /48): it
tells one office from another and is no exact address of a person.
"""

import ipaddress
import re
import secrets
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from onestop.areas.clock import now
from onestop.staff.accounts_secrets import fingerprint
from onestop.staff.models import KnownDevice, Officer
from onestop.staff.models.accounts import USUAL_FOR

__all__ = ["Place", "browser_of", "network_of", "place_of", "remember", "usual"]

_A_YEAR: Final = 365 * 24 * 60 * 60
_BROWSERS: Final = [
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"SamsungBrowser"),
    ("Firefox", r"Firefox|FxiOS"),
    ("Chrome", r"Chrom(e|ium)|CriOS"),
    ("Safari", r"Safari"),
]
_SYSTEMS: Final = [
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("Mac", r"Mac OS|Macintosh"),
    ("Linux", r"Linux|X11"),
]


@dataclass(frozen=True)
class Place:
    """A browser (the digest of its cookie, '' without one) in a network."""

    device: str
    network: str


def address_of(request: HttpRequest) -> str:
    """The address the request came from: behind the reverse proxy, the one it wrote last."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR", ""))


def network_of(request: HttpRequest) -> str:
    """The network the request came from, as 192.0.2.0/24; 'unknown' for what is no address."""
    try:
        address = ipaddress.ip_address(address_of(request))
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False))


def browser_of(request: HttpRequest) -> str:
    """Browser and system in words, from what the browser says of itself: 'Firefox · Windows'; '' for others."""
    said = request.META.get("HTTP_USER_AGENT", "")
    found = [next((name for name, sign in kind if re.search(sign, said)), "") for kind in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in found if name)


def place_of(request: HttpRequest) -> Place:
    """Where this request comes from."""
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    return Place(fingerprint(token, purpose="device") if token else "", network_of(request))


def usual(officer: Officer, place: Place) -> KnownDevice | None:
    """The officer's own browser, or else a browser of the same network, when one signed in there lately."""
    known = KnownDevice.objects.filter(officer=officer, last_at__gte=now() - USUAL_FOR)
    own = known.filter(digest=place.device).first() if place.device else None
    return own or known.filter(network=place.network).first()


def remember(request: HttpRequest, response: HttpResponseBase, officer: Officer) -> None:
    """From now on this browser is one from which the officer has signed in; its cookie says only which one it is."""
    token = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "")
    place = place_of(request)
    if not (token and KnownDevice.objects.filter(digest=place.device).exists()):
        token = secrets.token_urlsafe(32)  # one that somebody else chose is not taken
        place = Place(fingerprint(token, purpose="device"), place.network)
    KnownDevice.objects.update_or_create(
        officer=officer, digest=place.device, defaults={"network": place.network, "last_at": now()}
    )
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME, token, max_age=_A_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
    )
