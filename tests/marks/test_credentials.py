"""Signed manifests: written by us, judged by the reference reader; and the certificates that sign them."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from PIL import Image

from collection.errors import CredentialsError
from collection.marks import Credentials, Statement, new_certificate, read_credentials, read_manifest, sign

NOW = datetime.now(UTC)
TOLD = Statement("trainedAlgorithmicMedia", "diffusion: stabilityai/sd-turbo", "abc")


def picture(format: str = "PNG", colour: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 24), colour).save(file, format)
    return file.getvalue()


@pytest.fixture(scope="module")
def ada() -> Credentials:
    return read_credentials(*new_certificate("Ada", NOW))


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_what_was_signed_is_read_back_and_a_changed_file_is_refused(ada: Credentials, format: str) -> None:
    data = picture(format)
    signed = sign(data, TOLD, ada)
    found = read_manifest(signed)
    assert found
    assert (found.valid, found.trusted, found.signer, found.parents) == (True, False, "Ada", 0)
    assert (found.source_type, found.system) == (TOLD.source_type, TOLD.system)
    assert Image.open(io.BytesIO(signed)).tobytes() == Image.open(io.BytesIO(data)).tobytes()
    assert len(signed) - len(data) < 4000
    broken = bytearray(signed)
    broken[-20] ^= 1
    changed = read_manifest(bytes(broken))
    assert changed
    assert not changed.valid
    assert changed.trouble
    assert read_manifest(data) is None


def test_parents_are_ingredients(ada: Credentials) -> None:
    parents = (picture(colour="red"), picture("JPEG", "blue"))
    told = Statement("compositeWithTrainedAlgorithmicMedia", "diffusion: x", parents=parents)
    found = read_manifest(sign(picture(), told, ada))
    assert found
    assert (found.valid, found.parents, found.source_type) == (True, 2, "compositeWithTrainedAlgorithmicMedia")


def certificate(key: Any, until: datetime = NOW + timedelta(days=9)) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Authority's")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(NOW - timedelta(days=9)).not_valid_after(until)
    return built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def pem(key: Any, password: bytes | None = None) -> bytes:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(ec.generate_private_key(ec.SECP256R1()), "es256"), (ec.generate_private_key(ec.SECP384R1()), "es384"),
     (rsa.generate_private_key(65537, 2048), "ps256")],
    ids=["P-256", "P-384", "RSA"],
)  # fmt: skip
def test_the_key_says_how_it_signs(key: Any, algorithm: str) -> None:
    assert read_credentials(certificate(key), pem(key)).algorithm == algorithm


def test_an_encrypted_key_opens_with_its_password() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    chain, secret = certificate(key), pem(key, b"word")
    assert read_credentials(chain, secret, b"word").holder == "Authority's"
    for wrong, why in ((None, "is encrypted"), (b"other", "does not open")):
        with pytest.raises(CredentialsError, match=why):
            read_credentials(chain, secret, wrong)


def test_what_cannot_sign_says_why() -> None:
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    for chain, secret, why in (
        (b"x", pem(key), "no PEM file"),
        (certificate(key), b"x", "no PEM file"),
        (certificate(key), pem(other), "not that of the certificate"),
        (certificate(key, NOW - timedelta(days=1)), pem(key), "ended on"),
        (certificate(odd := ec.generate_private_key(ec.SECP256K1())), pem(odd), "C2PA does not sign"),
    ):
        with pytest.raises(CredentialsError, match=why):
            read_credentials(chain, secret)
    with pytest.raises(CredentialsError, match="1 to 64"):
        new_certificate("", NOW)


def test_a_key_is_never_shown(ada: Credentials) -> None:
    assert "PRIVATE" not in repr(ada)


def test_an_authority_that_does_not_answer_is_named(ada: Credentials) -> None:
    with pytest.raises(CredentialsError, match=r"127\.0\.0\.1:9"):
        sign(picture(), TOLD, ada, "http://127.0.0.1:9/")


def test_any_bytes_are_read_or_refused() -> None:
    for data in (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", picture()[:60]):
        found = read_manifest(data)
        assert found is None or not found.valid
