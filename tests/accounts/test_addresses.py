"""Where a request comes from, and who is believed about it."""

from ipaddress import ip_network

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from accounts.addresses import address_of

PROXY = "10.0.0.1"


def address(sender: str, forwarded_for: str | None = None) -> str:
    headers = {} if forwarded_for is None else {"X-Forwarded-For": forwarded_for}
    return address_of(RequestFactory().get("/", REMOTE_ADDR=sender, headers=headers))


@pytest.mark.parametrize(
    ("sender", "seen"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_it_is_the_senders_and_of_ipv6_the_network(sender: str, seen: str) -> None:
    assert address(sender) == seen


@pytest.mark.parametrize("said", ["203.0.113.9", "127.0.0.1", "203.0.113.9, 192.0.2.7", "nonsense", ""])
def test_what_the_sender_says_does_not_count(said: str) -> None:
    assert address("192.0.2.7", said) == "192.0.2.7"


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7", "192.0.2.7"),
        ("203.0.113.9, 192.0.2.7,10.0.0.2", "192.0.2.7"),
        ("10.0.0.3, 192.0.2.7", "192.0.2.7"),
        (" 2001:db8::1 ", "2001:db8::/64"),
        ("10.0.0.3", "10.0.0.3"),
        ("192.0.2.7, nonsense", PROXY),
        ("192.0.2.7:51234", "192.0.2.7"),
        ("[2001:db8::1]:443", "2001:db8::/64"),
        ("[2001:db8::1]", "2001:db8::/64"),
        ("", PROXY),
        (None, PROXY),
    ],
)
def test_of_what_is_said_the_part_counts_that_trusted_proxies_wrote(
    settings: Settings, said: str | None, seen: str
) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    assert address(PROXY, said) == seen
    assert address("192.0.2.200", said) == "192.0.2.200"
