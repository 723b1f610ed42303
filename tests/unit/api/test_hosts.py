"""Which addresses may be called is decided from the text, before any name is looked up."""

from __future__ import annotations

import socket
from typing import NoReturn

import pytest

from airflow_provider_tiktok.api.hosts import (
    PRODUCTION_URL,
    SANDBOX_URL,
    RefusedUrlError,
    api_base,
    check_download,
)

PATH = "/open_api/v1.3/"
REFUSED = [
    "http://business-api.tiktok.com" + PATH,
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254" + PATH,
    "https://localhost" + PATH,
    "https://localhost.localdomain" + PATH,
    "https://127.0.0.1" + PATH,
    "https://127.1" + PATH,
    "https://0177.0.0.1" + PATH,
    "https://0x7f000001" + PATH,
    "https://2130706433" + PATH,
    "https://0.0.0.0" + PATH,
    "https://[::1]" + PATH,
    "https://[::ffff:127.0.0.1]" + PATH,
    "https://[fd00:ec2::254]" + PATH,
    "https://10.0.0.5" + PATH,
    "https://sandbox" + PATH,
    "https://user:hunter2x@business-api.tiktok.com" + PATH,
    "https://business-api.tiktok.com@evil.test" + PATH,
    "https://business-api.tiktok.com:8443" + PATH,
    "https://business-api.tiktok.com:443@evil.test" + PATH,
    "https://business-api.tiktok.com.evil.test" + PATH,
    "https://evil-business-api.tiktok.com" + PATH,
    "https://tiktok.com" + PATH,
    "https://business-api.tiktok.com." + PATH,
    "https://127.0.0.1.nip.io" + PATH,
    "https://business-api.tiktok.com/",
    "https://business-api.tiktok.com/open_api/v1.3/../../admin/",
    "https://business-api.tiktok.com/open_api/v1.3/?next=evil",
    "https://business-api.tiktok.com/open_api/v1.3/#@evil.test/",
    "https://business-api.tiktok.com\\@evil.test" + PATH,
    "https://business\u2010api.tiktok.com" + PATH,
    "https://business-api.tiktok.com" + PATH + "\r\nHost: evil.test",
    " https://business-api.tiktok.com" + PATH,
    "https:business-api.tiktok.com" + PATH,
    "//business-api.tiktok.com" + PATH,
    "file:///etc/passwd",
    "gopher://business-api.tiktok.com" + PATH,
    "ftp://business-api.tiktok.com" + PATH,
    "https://",
    "https://[::1",
    "https://business-api.tiktok.com:port" + PATH,
    "",
]


@pytest.fixture(autouse=True)
def _no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> NoReturn:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_from_a_connection_must_be_tiktoks(url: str) -> None:
    with pytest.raises(RefusedUrlError) as caught:
        api_base(url, None)
    assert "evil" not in str(caught.value)
    assert "hunter2x" not in str(caught.value)


@pytest.mark.parametrize("url", [PRODUCTION_URL, SANDBOX_URL, PRODUCTION_URL.rstrip("/")])
def test_tiktoks_own_addresses_pass(url: str) -> None:
    assert api_base(url, None) == url.rstrip("/") + "/"


def test_the_port_443_may_be_written_out() -> None:
    assert api_base("https://BUSINESS-API.tiktok.com:443" + PATH, None) == PRODUCTION_URL


@pytest.mark.parametrize(
    ("local_url", "expected"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/open_api/v1.3/"),
        ("http://sandbox:8080/", "http://sandbox:8080/open_api/v1.3/"),
        ("https://localhost:8443/open_api/v1.3/", "https://localhost:8443/open_api/v1.3/"),
        ("http://[::1]:80/open_api/v1.3", "http://[::1]:80/open_api/v1.3/"),
    ],
)
def test_a_local_url_replaces_the_address(local_url: str, expected: str) -> None:
    assert api_base(PRODUCTION_URL, local_url) == expected


@pytest.mark.parametrize(
    "local_url",
    ["file:///etc/passwd", "http://user:hunter2x@localhost/", "localhost:80", "http://"],
)
def test_a_local_url_must_be_a_plain_origin(local_url: str) -> None:
    with pytest.raises(RefusedUrlError):
        api_base(PRODUCTION_URL, local_url)


# On TikTok's own hosts any path and any query may be a file.
REFUSED_DOWNLOADS = [
    url for url in REFUSED if not url.startswith("https://business-api.tiktok.com/")
]


@pytest.mark.parametrize("url", [*REFUSED_DOWNLOADS, "https://business-api.tiktok.com/#@evil.test"])
def test_a_download_address_must_be_tiktoks(url: str) -> None:
    with pytest.raises(RefusedUrlError):
        check_download(url, None)


def test_the_download_address_of_tiktoks_sample_passes() -> None:
    url = "https://ads.tiktok.com/wsos_v2/statistics/object/wsos62e0?expire=1659054031&sign=1ccc"
    assert check_download(url, None) == url


def test_a_download_from_the_local_api_must_be_of_the_same_origin() -> None:
    base = "http://127.0.0.1:8080/open_api/v1.3/"
    assert check_download("http://127.0.0.1:8080/files/1?sign=a", base)
    for other in (
        "http://127.0.0.1:8081/files/1",
        "https://127.0.0.1:8080/",
        "http://localhost:8080/",
    ):
        with pytest.raises(RefusedUrlError):
            check_download(other, base)
