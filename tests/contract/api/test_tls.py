"""Certificates are always verified, and nothing can turn that off."""

from __future__ import annotations

import inspect
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.api import transport as transport_module
from airflow_provider_tiktok.api.errors import ErrorClass, classify
from airflow_provider_tiktok.api.messages import ApiRequest, Failure, TransportError
from airflow_provider_tiktok.api.transport import Transport
from sandbox.server.certificates import server_context
from tests.contract.api.wire import Wire, answer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READ = ApiRequest("GET", "user/info/")
OK = answer(b'{"code":0}')


@contextmanager
def https(kind: str, folder: Path, *, oldest_only: bool = False) -> Iterator[tuple[Wire, str]]:
    """Serve over TLS; yield the server and a bundle that holds its certificate."""
    context, pem = server_context(kind)
    if oldest_only:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    bundle = folder / f"{kind}.pem"
    bundle.write_bytes(pem)
    wire = Wire([OK], context)
    yield wire, str(bundle)
    wire.close()


def refused(url: str, bundle: str | None) -> None:
    with pytest.raises(TransportError) as caught:
        Transport(local_url=url, ca_bundle=bundle).send(READ, "token-of-the-test")
    assert caught.value.failure is Failure.CERTIFICATE
    assert not caught.value.may_have_arrived
    outcome = classify(caught.value)
    assert outcome.error_class is ErrorClass.CONFIGURATION
    assert "ca_bundle" in outcome.next_step


def test_a_certificate_of_the_given_bundle_is_trusted(tmp_path: Path) -> None:
    with https("self-signed", tmp_path) as (wire, bundle):
        assert Transport(local_url=wire.url, ca_bundle=bundle).send(READ, "t").status == 200
        assert len(wire.requests) == 1


def test_a_self_signed_certificate_is_refused_without_the_bundle(tmp_path: Path) -> None:
    with https("self-signed", tmp_path) as (wire, _):
        refused(wire.url, None)
        assert wire.requests == []


@pytest.mark.parametrize("kind", ["expired", "wrong-host"])
def test_a_bad_certificate_is_refused_even_with_its_issuer_in_the_bundle(
    kind: str, tmp_path: Path
) -> None:
    with https(kind, tmp_path) as (wire, bundle):
        refused(wire.url, bundle)
        assert wire.requests == []


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_tls_older_than_1_2_is_refused(tmp_path: Path) -> None:
    with https("self-signed", tmp_path, oldest_only=True) as (wire, bundle):
        refused(wire.url, bundle)
        assert wire.requests == []


def test_plain_http_where_tls_was_expected_is_refused() -> None:
    wire = Wire([OK], greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n")
    refused(wire.url.replace("http:", "https:"), None)
    wire.close()


def test_a_bundle_that_cannot_be_read_names_the_setting(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.pem", tmp_path):
        with pytest.raises(ValueError, match=r"\[tiktok\] ca_bundle"):
            Transport(ca_bundle=str(path))
    no_pem = tmp_path / "no.pem"
    no_pem.write_text("hello")
    with pytest.raises(ValueError, match=r"\[tiktok\] ca_bundle"):
        Transport(ca_bundle=str(no_pem))


def test_no_argument_and_no_line_turns_verification_off() -> None:
    source = inspect.getsource(transport_module)
    for word in (
        "verify=False",
        "verify = False",
        "CERT_NONE",
        "check_hostname",
        "_create_unverified",
    ):
        assert word not in source
    assert "verify" not in inspect.signature(Transport.__init__).parameters
