"""Addresses of machines: which of them only this machine can reach."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach this address."""
    return host in ("localhost", "") or (is_address(host) and ipaddress.ip_address(host.strip("[]")).is_loopback)


def is_address(name: str) -> bool:
    """Whether this is a number rather than a name."""
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
