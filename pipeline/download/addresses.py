"""Which addresses a file may come from.

A mirror of the registry was chosen by this project for everybody: it has to be https, and neither it nor a redirect may lead into the private
network of whoever runs the download. A mirror that the user names may be both; only what https began does not go on without it.
"""

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from pipeline.download.verify import MirrorError
from pipeline.files.shown import plain

NAT64, COMPATIBLE = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96")  # the last 32 bits are an IPv4 address
LONGEST_PLACE = 300  # characters of a path or address that the user is to recognise


class Place(NamedTuple):
    """A folder or web address that has the files of a data set."""

    address: str
    own: bool  # named by the user, not by the registry

    @property
    def is_web(self) -> bool:
        """Whether it is a web address rather than a folder.

        >>> Place("HTTPS://example.org/mnist", own=False).is_web, Place("/data/mnist", own=True).is_web
        (True, False)
        """
        return self.address.lower().startswith(("http://", "https://"))

    @property
    def shown(self) -> str:
        """The address as a message may name it: without user name and password."""
        return plain(without_credentials(self.address) if self.is_web else self.address, LONGEST_PLACE)


def without_credentials(address: str) -> str:
    """A web address without the user name and password that it may hold.

    >>> without_credentials("https://me:secret@example.org/mnist/")
    'https://example.org/mnist/'
    """
    scheme, rest = address.split("://", 1)
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def check_address(url: str, own: bool, previous: str | None = None) -> None:
    """Refuse an address that is asked for next.

    Args:
        url: The address.
        own: Whether the mirror was named by the user.
        previous: The address that redirected to this one, if one did.

    Raises:
        MirrorError: The address is none of http and https, is http where https is required, or is in a private network.
    """
    try:
        parts = urlsplit(url)
        host, scheme = parts.hostname or "", parts.scheme
        _ = parts.port  # raises where it is no number
    except ValueError:
        raise MirrorError(f"expected a web address, received {plain(url)}") from None
    step = f"redirects to {plain(urlunsplit(parts._replace(netloc=parts.netloc.rpartition('@')[2])))}" if previous else "is not https"
    if not host or scheme not in ("http", "https"):
        raise MirrorError(f"{step}, which is no address of the web")
    if scheme != "https" and (not own or (previous or "").lower().startswith("https:")):
        raise MirrorError(f"{step}, expected https" if previous else f"{step}; a mirror of the registry has to be")
    if not own and is_literal(host):
        check_peer(host)


def is_literal(host: str) -> bool:
    """Whether a host is written as an IP address rather than by name.

    >>> is_literal("127.0.0.1"), is_literal("::1"), is_literal("example.org")
    (True, True, False)
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def check_peer(address: str) -> None:
    """Refuse an IP address that is not of the public internet: private, of this machine, of this link, or reserved.

    Raises:
        MirrorError: The address is not public.
    """
    if not is_public(address):
        raise MirrorError(f"leads to {plain(address)}, which is not an address of the public internet; DATA_MIRROR may name a private mirror")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; of an IPv6 address that carries an IPv4 address, that one is checked.

    >>> [is_public(address) for address in ("142.250.74.59", "10.0.0.1", "169.254.169.254", "::ffff:127.0.0.1", "::1", "64:ff9b::7f00:1")]
    [True, False, False, False, False, False]
    """
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        carried = number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
        if number in NAT64 or number in COMPATIBLE:
            carried = ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)
        number = carried or number
    return number.is_global and not number.is_multicast and not number.is_reserved
