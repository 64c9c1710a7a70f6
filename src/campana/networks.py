"""Which addresses belong to the open internet. Loads next to nothing: a short-lived process needs it too."""

import ipaddress

_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(text: str) -> bool:
    """Whether an IP address is one of the open internet, also where it wraps an older one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = _wrapped(address)
    if inner is not None:
        return is_public(str(inner))
    return address.is_global and not address.is_multicast


def _wrapped(address: Address) -> Address | None:
    """The IPv4 address that an IPv6 one stands for, if any."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
