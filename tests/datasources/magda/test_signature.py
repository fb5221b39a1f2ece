"""The signature of the body, and the certificate shown when connecting."""

from __future__ import annotations

import base64
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.verifier import SignatureConfiguration, XMLVerifier

from datasources.magda.forms import SOAP
from datasources.magda.http_transport import tls
from datasources.magda.settings import ClientCertificate, MagdaSettings, Signing
from datasources.magda.signature import BodySignature
from tests.datasources.magda.building import enterprise
from tests.datasources.magda.conftest import Adapt
from tests.datasources.magda.server import SoapServer

DS = "{http://www.w3.org/2000/09/xmldsig#}"
WSU = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"
HASHES = {"rsa-sha256": hashes.SHA256(), "rsa-sha1": hashes.SHA1()}
METHODS = {
    "rsa-sha256": (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256),
    "rsa-sha1": (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1),
}


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "btb")])
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=3650))
        .add_extension(x509.KeyUsage(True, *[False] * 8), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, x509.Certificate]:
    """A key and its certificate, as PEM files."""
    folder = tmp_path_factory.mktemp("keys")
    key = rsa.generate_private_key(65537, 2048)
    certificate = _certificate(key)
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return folder / "key.pem", folder / "certificate.pem", certificate


@pytest.mark.parametrize("algorithm", ["rsa-sha256", "rsa-sha1"])
async def test_the_body_is_signed_as_the_connector_signs_it(
    adapt: Adapt, server: SoapServer, files: tuple[Path, Path, x509.Certificate], algorithm: str
) -> None:
    """P18: the body alone, with exclusive canonicalisation, by the certificate in the token."""
    key, chain, certificate = files
    await adapt(signing=Signing(key, chain, algorithm)).kbo.enterprises([enterprise(1234567)])  # type: ignore[arg-type]
    [message] = server.arrived
    root = etree.fromstring(message.body)
    [reference] = root.iter(f"{DS}Reference")
    assert reference.get("URI") == f"#{root.find(f'{{{SOAP}}}Body').get(f'{WSU}Id')}"
    method, digest = METHODS[algorithm]
    [signature_method] = root.iter(f"{DS}SignatureMethod")
    assert signature_method.get("Algorithm") == method.value
    assert {one.get("Algorithm") for one in root.iter(f"{DS}Transform", f"{DS}CanonicalizationMethod")} == {
        "http://www.w3.org/2001/10/xml-exc-c14n#"
    }
    [token] = [one for one in root.iter() if etree.QName(one).localname == "BinarySecurityToken"]
    assert base64.b64decode(token.text or "").endswith(certificate.public_bytes(Encoding.DER))
    signed = XMLVerifier().verify(
        message.body,
        x509_cert=certificate,
        id_attribute="Id",
        validate_schema=False,
        expect_config=SignatureConfiguration(
            require_x509=True, location=".//", signature_methods={method}, digest_algorithms={digest}
        ),
    )
    assert etree.QName(signed.signed_xml).localname == "Body"


def test_a_body_that_was_changed_no_longer_fits_its_signature(files: tuple[Path, Path, x509.Certificate]) -> None:
    key, chain, certificate = files
    envelope = etree.fromstring(f'<s:Envelope xmlns:s="{SOAP}"><s:Header/><s:Body><a>1</a></s:Body></s:Envelope>')
    BodySignature(Signing(key, chain)).sign(envelope)
    again = etree.fromstring(etree.tostring(envelope))
    [info] = again.iter(f"{DS}SignedInfo")
    [value] = again.iter(f"{DS}SignatureValue")
    [digest] = again.iter(f"{DS}DigestValue")
    public = certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    canonical = etree.tostring(info, method="c14n", exclusive=True)
    signature = base64.b64decode(value.text or "")
    public.verify(signature, canonical, padding.PKCS1v15(), hashes.SHA256())
    digest.text = "AAAA"
    changed = etree.tostring(info, method="c14n", exclusive=True)
    with pytest.raises(InvalidSignature):
        public.verify(signature, changed, padding.PKCS1v15(), hashes.SHA256())


def test_the_token_is_a_path_from_the_issuer_to_us(files: tuple[Path, Path, x509.Certificate], tmp_path: Path) -> None:
    key, chain, own = files
    issuer = _certificate(rsa.generate_private_key(65537, 2048))
    both = tmp_path / "chain.pem"
    both.write_bytes(chain.read_bytes() + issuer.public_bytes(Encoding.PEM))
    envelope = etree.fromstring(f'<s:Envelope xmlns:s="{SOAP}"><s:Header/><s:Body/></s:Envelope>')
    BodySignature(Signing(key, both)).sign(envelope)
    [token] = [one for one in envelope.iter() if etree.QName(one).localname == "BinarySecurityToken"]
    path = base64.b64decode(token.text or "")
    certificates = issuer.public_bytes(Encoding.DER) + own.public_bytes(Encoding.DER)
    assert path == b"\x30\x82" + len(certificates).to_bytes(2, "big") + certificates


def test_what_cannot_sign_is_refused_at_the_start(files: tuple[Path, Path, x509.Certificate], tmp_path: Path) -> None:
    _, chain, _ = files
    curve = tmp_path / "curve.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    curve.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="no RSA key"):
        BodySignature(Signing(curve, chain))
    with pytest.raises(FileNotFoundError):
        BodySignature(Signing(tmp_path / "absent.pem", chain))
    with pytest.raises(ValueError, match="header and a body"):
        BodySignature(Signing(files[0], chain)).sign(etree.Element("a"))


def test_the_connection_shows_our_certificate_and_trusts_the_authorities_given(
    files: tuple[Path, Path, x509.Certificate], tmp_path: Path
) -> None:
    key, chain, _ = files
    context = tls(MagdaSettings("https://magda/", client_certificate=ClientCertificate(chain, key), authorities=chain))
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    with pytest.raises(OSError, match="No such file"):
        tls(MagdaSettings("https://magda/", authorities=tmp_path / "absent.pem"))
