"""Certificates for HTTPS on loopback: one to trust, and ones that no client may take."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

KINDS = ("self-signed", "expired", "wrong-host")


def server_context(kind: str) -> tuple[ssl.SSLContext, bytes]:
    """Return a TLS context, and its certificate as PEM for a client's CA bundle.

    `self-signed` is good once it is in the bundle; `expired` and `wrong-host` never are.
    """
    if kind not in KINDS:
        raise ValueError(f"certificate is one of {', '.join(KINDS)}")
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _certificate(key, kind)
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "both.pem")
        path.touch(mode=0o600)
        path.write_bytes(private + pem)
        context.load_cert_chain(path)
    return context, pem


def _certificate(key: ec.EllipticCurvePrivateKey, kind: str) -> x509.Certificate:
    now = datetime.now(UTC)
    end = now - timedelta(days=1) if kind == "expired" else now + timedelta(days=30)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TikTok sandbox")])
    hosts: list[x509.GeneralName] = (
        [x509.DNSName("elsewhere.example")]
        if kind == "wrong-host"
        else [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
