"""The network address of a client, after ProxyHeadersMiddleware."""

import ipaddress
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest


@cache
def proxy_networks(proxies: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Raises ImproperlyConfigured for what is no address or network."""
    try:
        return [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]
    except ValueError as error:
        raise ImproperlyConfigured(f"TRUSTED_PROXIES: {error}") from None


def is_trusted_proxy(address: str | None) -> bool:
    """Whether an address is that of a proxy whose X-Forwarded-* headers are believed."""
    if not address:
        # Only the proxy connects to the file; it has no address then.
        return bool(settings.SOCKET)
    networks = proxy_networks(tuple(settings.TRUSTED_PROXIES))
    try:
        return any(ipaddress.ip_address(address) in network for network in networks)
    except ValueError:
        return False


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
