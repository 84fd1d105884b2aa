"""cryptofeed, unmodified, listening to a local venue by TLS, since it accepts nothing else.

From tests/clients: `python -m cryptofeed_flow.flow BASE_URL KEY SECRET KEY SECRET`. The venue at
BASE_URL is left alone: a second one is started, behind a certificate that is made here and is
trusted by way of SSL_CERT_FILE, which the client's libraries read when they are imported.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import cells
from harness import venue_server


def certificate(folder: Path) -> tuple[str, str]:
    """The files of a certificate for 127.0.0.1 that vouches for itself, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "perpbox")])
    now = datetime.datetime.now(datetime.UTC)
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(host, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    files[0].write_bytes(made.public_bytes(encoding))
    files[1].write_bytes(key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain))
    return str(files[0]), str(files[1])


def main() -> int:
    """The listener's own exit status, and what it says."""
    with TemporaryDirectory(prefix="perpbox-cryptofeed-") as folder:
        trusted, key = certificate(Path(folder))
        os.environ |= {"SSL_CERT_FILE": trusted, "XDG_CACHE_HOME": folder}
        listening = dict(os.environ)
        os.environ.pop(cells.PLACE, None)  # which a venue takes for a setting
        with venue_server(arguments=("--tls-cert", trusted, "--tls-key", key)) as venue:
            accounts = [venue.open_account(USDT="10000") for _ in range(2)]
            keys = [text for each in accounts for text in (each.api_key, each.secret)]
            command = [sys.executable, "-m", "cryptofeed_flow.listener", venue.base_url, *keys]
            return subprocess.run(command, env=listening, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
