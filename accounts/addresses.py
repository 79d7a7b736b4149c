"""Where a request comes from."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# What one customer is given at least, and can send from any address of (RFC 6177).
_IPV6_PREFIX = 64


# Some proxies add the port: 192.0.2.1:1234, [2001:db8::1]:1234.
_PORT = re.compile(r"^(?:([0-9.]+):[0-9]+|\[(.+)\](?::[0-9]+)?)$")


def address_of(request: HttpRequest) -> str:
    """The network address that a request was sent from; of IPv6 the network, since its addresses cost nothing.

    What the request itself says of that (X-Forwarded-For) counts as far as TRUSTED_PROXIES wrote it. Empty
    where the server does not know, as behind a socket file.
    """
    # Each proxy adds at the end whom it had the request from.
    said = request.headers.get("X-Forwarded-For", "").split(",")
    source = None
    for hop in reversed([*said, request.META.get("REMOTE_ADDR", "")]):
        address = _parsed(hop)
        if address is None:
            break
        source = address
        if not any(address in network for network in settings.TRUSTED_PROXIES):
            break
    if isinstance(source, IPv6Address):
        return str(IPv6Network((source, _IPV6_PREFIX), strict=False))
    return str(source or "")


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(_PORT.sub(r"\1\2", text.strip()))
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
