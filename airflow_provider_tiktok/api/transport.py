"""Send one request over HTTP. The only module that imports requests."""

from __future__ import annotations

import logging
import re
import ssl
import time
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import certifi
import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies
from urllib3 import exceptions as urllib3_errors

from airflow_provider_tiktok import __version__
from airflow_provider_tiktok.api.hosts import (
    API_HOSTS,
    DOWNLOAD_HOSTS,
    PRODUCTION_URL,
    SANDBOX_URL,
    api_base,
    check_download,
)
from airflow_provider_tiktok.api.messages import (
    ApiRequest,
    ApiResponse,
    Failure,
    FileAnswer,
    TransportError,
)
from airflow_provider_tiktok.api.strict_json import LARGEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["PRODUCTION_URL", "SANDBOX_URL", "Transport"]

_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")
_QUERY = re.compile(r"\?[^\s\"']*")
_QUIET_HOSTS = set(API_HOSTS | DOWNLOAD_HOSTS)
_CHUNK = 16 * 1024
_POOL = 8


class Transport:
    """Hold the connections to TikTok.

    Redirects are never followed, because the HTTP library would carry the Access-Token header to
    the other host. Certificates are always verified, against `ca_bundle` (a file of certificates)
    where it is given. Timeouts are in seconds: to connect, between two pieces of the answer, and
    (twice `read_timeout`) for the whole answer. Threads may share one transport.
    """

    def __init__(
        self,
        base_url: str = PRODUCTION_URL,
        *,
        local_url: str | None = None,
        ca_bundle: str | None = None,
        connect_timeout: float = 5,
        read_timeout: float = 30,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Check the address without looking it up; raises `RefusedUrlError`. Sends nothing."""
        self.base_url = api_base(base_url, local_url)
        self._local_base = self.base_url if local_url else None
        self._timeout = (connect_timeout, read_timeout)
        self._longest = 2 * read_timeout
        self._monotonic = monotonic
        self._session = _session(ca_bundle, {} if local_url else get_environ_proxies(self.base_url))
        _hide_queries_of(urlsplit(self.base_url).hostname)

    def send(self, request: ApiRequest, access_token: str | None) -> ApiResponse:
        """Send the request once and return the answer whatever its status.

        Raises `TransportError` when no answer could be read; its text names no URL and no header.
        """
        headers = {"Accept": "application/json"}
        if access_token is not None:
            headers["Access-Token"] = _checked_token(access_token)
        body = request.body_bytes()
        if body is not None:
            headers["Content-Type"] = "application/json"
        query = request.query_string()
        url = f"{self.base_url}{request.path}" + (f"?{query}" if query else "")
        started = self._monotonic()
        response = self._open(request.method, url, headers, body)
        try:
            content = b"".join(self._pieces(response, started + self._longest, LARGEST_BYTES))
        finally:
            response.close()
        return ApiResponse(response.status_code, _lower(response.headers), content)

    def send_for_file(
        self, request: ApiRequest, access_token: str | None, largest_bytes: int
    ) -> FileAnswer:
        """Send a request whose answer may be a long file; return its beginning."""
        headers = {} if access_token is None else {"Access-Token": _checked_token(access_token)}
        url = f"{self.base_url}{request.path}?{request.query_string()}"
        return self._file(self._open(request.method, url, headers, None), largest_bytes)

    def download(self, url: str, largest_bytes: int) -> FileAnswer:
        """Get a file from one of TikTok's download addresses; sends no token.

        Raises `RefusedUrlError` before anything is sent.
        """
        address = check_download(url, self._local_base)
        return self._file(self._open("GET", address, {}, None), largest_bytes)

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def _open(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> requests.Response:
        try:
            return self._session.request(
                method,
                url,
                headers=headers,
                data=body,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
        except (requests.RequestException, urllib3_errors.HTTPError, UnicodeError) as error:
            failure = _failure_of(error)
        # Raised outside the except block: the library's error holds the URL with its query, and
        # must not come along as __context__.
        raise TransportError(failure, _SENTENCES[failure])

    def _file(self, response: requests.Response, largest_bytes: int) -> FileAnswer:
        return FileAnswer(
            status=response.status_code,
            headers=_lower(response.headers),
            pieces=self._pieces(response, None, largest_bytes),
            close=response.close,
        )

    def _pieces(
        self, response: requests.Response, deadline: float | None, largest_bytes: int
    ) -> Iterator[bytes]:
        total = 0
        failure = None
        while failure is None:
            try:
                piece = response.raw.read1(_CHUNK, decode_content=True)
            except (urllib3_errors.HTTPError, OSError) as error:
                failure = _broken_body(error)
                continue
            if not piece:
                return
            total += len(piece)
            yield piece
            if total > largest_bytes:
                failure = Failure.TOO_LARGE
            elif deadline is not None and self._monotonic() > deadline:
                failure = Failure.READ_TIMEOUT
        raise TransportError(failure, _SENTENCES[failure], response.status_code)


_SENTENCES = {
    Failure.CONNECT: "no connection to TikTok",
    Failure.NAME: "the name of TikTok's host cannot be resolved",
    Failure.CONNECT_TIMEOUT: "no connection to TikTok in time",
    Failure.PROXY: "no connection through the proxy",
    Failure.CERTIFICATE: "the certificate of the other side cannot be verified",
    Failure.UNSENDABLE: "the request cannot be sent as HTTP",
    Failure.READ_TIMEOUT: "TikTok did not answer in time",
    Failure.RESET: "the connection broke before an answer came",
    Failure.TRUNCATED: "the answer broke off",
    Failure.UNDECODABLE: "the answer cannot be decompressed",
    Failure.TOO_LARGE: "the answer is too large",
}


class _VerifyingAdapter(HTTPAdapter):
    """Pool connections under one TLS context that cannot be weakened later."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=2, pool_maxsize=_POOL, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)


def _session(ca_bundle: str | None, proxies: dict[str, str]) -> requests.Session:
    bundle = ca_bundle or certifi.where()
    try:
        context = ssl.create_default_context(cafile=bundle)
    except OSError:
        raise ValueError("[tiktok] ca_bundle is no readable file of certificates (PEM)") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    session = requests.Session()
    session.trust_env = False  # no .netrc, no REQUESTS_CA_BUNDLE; proxies are read once, above
    session.proxies.update(proxies)
    session.verify = bundle
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = f"airflow-provider-tiktok/{__version__}"
    session.mount("https://", _VerifyingAdapter(context))
    session.mount("http://", HTTPAdapter(pool_connections=2, pool_maxsize=_POOL, max_retries=0))
    return session


def _checked_token(access_token: str) -> str:
    if not _TOKEN.fullmatch(access_token):
        raise TransportError(
            Failure.UNSENDABLE, "the access token is empty or holds a character no token has"
        )
    return access_token


def _lower(headers: requests.structures.CaseInsensitiveDict[str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _failure_of(error: Exception) -> Failure:
    if isinstance(error, requests.ConnectTimeout):
        return Failure.CONNECT_TIMEOUT
    if isinstance(error, requests.Timeout):
        return Failure.READ_TIMEOUT
    if isinstance(error, requests.exceptions.SSLError):
        return Failure.RESET if _broke_off(error) else Failure.CERTIFICATE
    if isinstance(error, requests.exceptions.ProxyError):
        return Failure.PROXY
    if isinstance(error, requests.ConnectionError):
        return _connection_failure(error)
    return Failure.UNSENDABLE


def _broke_off(error: requests.exceptions.SSLError) -> bool:
    """True when an encrypted connection ended, perhaps after the request had gone out."""
    reason = _reason(error)
    inner = reason.args[0] if isinstance(reason, Exception) and reason.args else None
    return isinstance(inner, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError)


def _reason(error: Exception) -> object:
    return getattr(error.args[0] if error.args else None, "reason", None)


def _connection_failure(error: requests.ConnectionError) -> Failure:
    reason = _reason(error)
    if isinstance(reason, urllib3_errors.NameResolutionError):
        return Failure.NAME
    if isinstance(reason, urllib3_errors.NewConnectionError):
        return Failure.CONNECT
    return Failure.RESET


def _broken_body(error: Exception) -> Failure:
    if isinstance(error, urllib3_errors.ReadTimeoutError | TimeoutError):
        return Failure.READ_TIMEOUT
    if isinstance(error, urllib3_errors.DecodeError):
        return Failure.UNDECODABLE
    return Failure.TRUNCATED


def _hide_queries_of(host: str | None) -> None:
    """Keep the HTTP library from logging query strings sent to `host`: they may hold the secret."""
    _QUIET_HOSTS.update({host} if host else ())
    for name in ("urllib3.connectionpool", "urllib3.connection"):
        logging.getLogger(name).addFilter(_without_queries)


def _without_queries(record: logging.LogRecord) -> bool:
    arguments = record.args if isinstance(record.args, tuple) else ()
    words = [argument for argument in arguments if isinstance(argument, str)]
    if any(host in word for word in words for host in _QUIET_HOSTS):
        record.args = tuple(
            _QUERY.sub("?***", argument) if isinstance(argument, str) else argument
            for argument in arguments
        )
    return True
