"""What an operator says about MAGDA: where it is, who we are, how patient we are."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from datasources.outages import OutagePolicy


@dataclass(frozen=True, slots=True)
class Signing:
    """The key that signs the SOAP body. `certificate` is a PEM file: our own certificate first, then its issuers.

    RSA-SHA256 unless `algorithm` says otherwise; MAGDA's own connector still signs with RSA-SHA1.
    """

    key: Path
    certificate: Path
    algorithm: Literal["rsa-sha256", "rsa-sha1"] = "rsa-sha256"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """What we show when the connection is made (mutual TLS): PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class MagdaSettings:
    """Where MAGDA is: given `base_url` alone, every service is posted to exactly that address, as MAGDA-Mock is.

    The other addresses override it for their service. `sender` and `capacity` are the URI and the code (hoedanigheid)
    that MAGDA gave us; `user` is a person's number, for audit on MAGDA's side. `chunk` is the number of questions in
    one message: MAGDA's online services take one. `maximum_answer` is in bytes. `persons_source` says which register
    answers for national numbers (BIS numbers are always asked of KSZ).
    """

    base_url: str
    enterprises_url: str | None = None
    functions_url: str | None = None
    persons_url: str | None = None
    registration_url: str | None = None
    sender: str = "btb.rehearsal"
    capacity: str | None = None
    user: str | None = None
    outages: OutagePolicy = field(default_factory=OutagePolicy)
    chunk: int = 1
    maximum_answer: int = 4 * 1024 * 1024
    client_certificate: ClientCertificate | None = None
    authorities: Path | None = None
    signing: Signing | None = None
    allow_test_numbers: bool = False
    persons_source: Literal["RR", "KSZ"] = "RR"
    register_persons: bool = False

    def __repr__(self) -> str:
        """Without `user`: it is a national number, and settings are printed at the start."""
        return f"MagdaSettings(base_url={self.base_url!r}, sender={self.sender!r}, chunk={self.chunk})"
