"""The network address of a client, after ProxyHeadersMiddleware."""

import ipaddress

from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """The client's IP address; None where the server or a proxy wrote something else."""
    try:
        return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")))
    except ValueError:
        return None


def client_network(request: HttpRequest) -> str:
    """What counts as one client: an IPv4 address, or the /64 that an IPv6 client has to itself."""
    address = ipaddress.ip_address(client_address(request) or "0.0.0.0")
    if address.version == 6 and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(getattr(address, "ipv4_mapped", None) or address)
