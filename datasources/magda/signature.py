"""Signs the SOAP body as MAGDA's own connector does (magda.md 1).

A WS-Security header holds our certificate path as a binary token and one signature over the body alone, with
exclusive canonicalisation; the signature names the token instead of repeating the certificate.
"""

from __future__ import annotations

from base64 import b64encode

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.signer import XMLSigner

from datasources.magda.elements import Element
from datasources.magda.forms import SOAP
from datasources.magda.settings import Signing

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_WSSE = f"{_OASIS}wssecurity-secext-1.0.xsd"
_WSU = f"{_OASIS}wssecurity-utility-1.0.xsd"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_PATH = f"{_OASIS}x509-token-profile-1.0#X509PKIPathv1"
_BASE64 = f"{_OASIS}soap-message-security-1.0#Base64Binary"
_BODY, _TOKEN = "Body", "Certificate"  # names of elements inside the message, not secrets

_METHODS = {
    "rsa-sha256": (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA256),
    "rsa-sha1": (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1),
}


class _Signer(XMLSigner):
    """signxml refuses SHA-1 unless told otherwise; here an operator told so, because the connector still uses it."""

    def check_deprecated_methods(self) -> None:
        """Allow what the settings chose."""


class BodySignature:
    """Signs messages with one key, read once. Raises OSError or ValueError where the files are not PEM."""

    def __init__(self, signing: Signing) -> None:
        key = load_pem_private_key(signing.key.read_bytes(), password=None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError("The signing key of MAGDA is no RSA key.")
        chain = x509.load_pem_x509_certificates(signing.certificate.read_bytes())
        self._key = key
        self._path = b64encode(_certificate_path(chain)).decode()
        self._method, self._digest = _METHODS[signing.algorithm]

    def sign(self, envelope: Element) -> None:
        """Put the signature of the body into the header of the same envelope."""
        header = envelope.find(f"{{{SOAP}}}Header")
        body = envelope.find(f"{{{SOAP}}}Body")
        if header is None or body is None:
            raise ValueError("Only an envelope with a header and a body can be signed.")
        body.set(f"{{{_WSU}}}Id", _BODY)
        security = etree.SubElement(header, f"{{{_WSSE}}}Security", nsmap={"wsse": _WSSE, "wsu": _WSU})
        security.set(f"{{{SOAP}}}mustUnderstand", "1")
        token = etree.SubElement(security, f"{{{_WSSE}}}BinarySecurityToken")
        token.set("EncodingType", _BASE64)
        token.set("ValueType", _PATH)
        token.set(f"{{{_WSU}}}Id", _TOKEN)
        token.text = self._path
        signer = _Signer(
            method=SignatureConstructionMethod.detached,
            signature_algorithm=self._method,
            digest_algorithm=self._digest,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        # signxml finds the body by the local name of its attribute; where it finds none it signs the whole message.
        signature = signer.sign(
            envelope, key=self._key, reference_uri=f"#{_BODY}", id_attribute="Id", key_info=_key_info()
        )
        security.append(signature)


def _key_info() -> Element:
    info = etree.Element(f"{{{_DS}}}KeyInfo", nsmap={"ds": _DS})
    reference = etree.SubElement(info, f"{{{_WSSE}}}SecurityTokenReference", nsmap={"wsse": _WSSE})
    etree.SubElement(reference, f"{{{_WSSE}}}Reference", URI=f"#{_TOKEN}", ValueType=_PATH)
    return info


def _certificate_path(chain: list[x509.Certificate]) -> bytes:
    """PkiPath (X.509): certificates as a DER sequence, the issuer first and our own last; PEM files are the reverse."""
    content = b"".join(certificate.public_bytes(Encoding.DER) for certificate in reversed(chain))
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    size = bytes([len(content)]) if len(content) < 128 else bytes([0x80 | len(length)]) + length
    return b"\x30" + size + content
