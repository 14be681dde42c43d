"""The certificate that a creator signs pictures with: made here, self-signed, or read from files of anybody's.

Sources: C2PA specification 2.4, section 14.5 (profile of signing certificates), RFC 5280 and RFC 8410 (Ed25519).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from collection.errors import CredentialsError

_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
YEARS = 10
"""How long a certificate of our own making is valid."""
MISSING = "pip install c2pa-python installs what signs pictures; `disclose` under [publish] can leave marks out"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A certificate with those that vouch for it, and its private key, which `repr` does not show."""

    chain: bytes
    """PEM; the signer's certificate first."""
    key: bytes = field(repr=False)
    """PEM, PKCS 8, not encrypted."""
    algorithm: str
    """es256, es384, es512, ps256 or ed25519."""
    holder: str
    """Who signs, by the certificate."""
    self_signed: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the chain: who signed, 64 hex digits."""
        return hashlib.sha256(self.chain).hexdigest()


def new_certificate(holder: str, now: datetime) -> tuple[bytes, bytes]:
    """A certificate of `holder` for ten years from `now`, signed by its own new Ed25519 key, and that key: both PEM.

    Raises CredentialsError for a name that is empty or of more than 64 characters (RFC 5280, ub-common-name).
    """
    if not 0 < len(holder) <= 64:
        raise CredentialsError("the name in a certificate has 1 to 64 characters")
    x509, serialization, ed25519 = _cryptography()
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name(
        [x509.NameAttribute(which, holder) for which in (x509.NameOID.ORGANIZATION_NAME, x509.NameOID.COMMON_NAME)]
    )
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number())
    built = built.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=365 * YEARS))
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.KeyUsage(digital_signature=True, **usage), True),
        (x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.EMAIL_PROTECTION]), False),
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False),
    ):
        built = built.add_extension(extension, critical=critical)
    certificate = built.sign(key, None).public_bytes(serialization.Encoding.PEM)
    return certificate, _plain(key)


def read_credentials(chain: bytes, key: bytes, password: bytes | None = None) -> Credentials:
    """Credentials from PEM files; raises CredentialsError where they cannot sign, or do not belong together."""
    x509, serialization, _ = _cryptography()
    try:
        certificates = x509.load_pem_x509_certificates(chain)
    except ValueError as error:
        raise CredentialsError(
            "the certificate is no PEM file", "it begins with -----BEGIN CERTIFICATE-----"
        ) from error
    private = _private(key, password)
    first = certificates[0]
    public = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if first.public_key().public_bytes(*public) != private.public_key().public_bytes(*public):
        raise CredentialsError("the private key is not that of the certificate")
    if first.not_valid_after_utc < datetime.now(UTC):
        raise CredentialsError(
            f"the certificate ended on {first.not_valid_after_utc:%Y-%m-%d}",
            "`collection keys certificate --again` makes one",
        )
    names = first.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    holder = str(names[0].value) if names else first.subject.rfc4514_string()
    return Credentials(chain, _plain(private), _algorithm(private), holder, first.issuer == first.subject)


def _private(key: bytes, password: bytes | None) -> Any:
    _, serialization, _ = _cryptography()
    failed = ""
    try:
        return serialization.load_pem_private_key(key, password)
    except TypeError:
        failed = "is encrypted" if password is None else "is not encrypted, and a password was given"
    except Exception:  # what is raised may hold the key: none of it is repeated
        failed = "is no PEM file" if password is None else "does not open with the password"
    raise CredentialsError(f"the private key of the certificate {failed}")


def _algorithm(key: Any) -> str:
    """The signature algorithm of C2PA for a private key; raises CredentialsError where it has none."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    raise CredentialsError(f"C2PA does not sign with a {type(key).__name__}", "use a key of P-256 or Ed25519")


def _plain(key: Any) -> bytes:
    _, serialization, _ = _cryptography()
    form = serialization.PrivateFormat.PKCS8
    found: bytes = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return found


def _cryptography() -> tuple[Any, Any, Any]:
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise CredentialsError("the package cryptography is not installed", MISSING) from error
    return x509, serialization, ed25519
