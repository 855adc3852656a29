"""Under which addresses others reach this server."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit, urlunsplit

import psutil

PATIENCE = 1.0  # seconds until an address counts as not answering


def lan_addresses() -> list[str]:
    """The IPv4 addresses of this machine that others in its network may reach."""
    running = {name for name, state in psutil.net_if_stats().items() if state.isup}
    reachable = []
    for name, addresses in psutil.net_if_addrs().items():
        for each in addresses:
            if name not in running or each.family is not socket.AF_INET:
                continue
            address = ipaddress.ip_address(each.address)
            if not (address.is_loopback or address.is_link_local):
                reachable.append(each.address)
    return reachable


def is_loopback(host: str) -> bool:
    """Whether a host is only reached from the machine itself.

    Example:
        >>> is_loopback("localhost"), is_loopback("192.168.1.7")
        (True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def reachable_page(url: str, bound: str, lan: list[str]) -> tuple[str, str | None]:
    """The address of a page as others have to type it, without its parameters.

    Args:
        url: as the browser of this machine has it.
        bound: the address that the server listens on, "" for all.
        lan: the addresses of this machine in its networks.

    Returns:
        The address, and a sentence if others cannot use it.

    Example:
        >>> reachable_page("http://localhost:8501/room?a=b", "0.0.0.0", ["192.168.1.7"])
        ('http://192.168.1.7:8501/room', None)
    """
    parts = urlsplit(url)
    page = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    if not is_loopback(parts.hostname or ""):
        return page, None
    if bound and is_loopback(bound):
        return page, (
            "Only this machine can connect. Start the server with --server.address 0.0.0.0, so "
            "that learners reach it (README, “Running it for others”)."
        )
    if not lan:
        return page, "This machine is in no network at the moment, so nobody else can connect."
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit((parts.scheme, f"{lan[0]}{port}", parts.path, "", "")), None


def answers(host: str, port: int) -> bool:
    """Whether something on this machine answers at that address; it says nothing of firewalls."""
    try:
        with socket.create_connection((host, port), timeout=PATIENCE):
            return True
    except OSError:
        return False
