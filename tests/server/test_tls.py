"""TLS: the same venue behind a certificate, by REST and by streams; what cannot be used is told."""

from __future__ import annotations

import asyncio
import datetime
import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.client import connect

from perpbox.server.background import Background, running
from perpbox.server.settings import Settings, Unusable, require_usable
from perpbox.server.tls import tls_context

PHRASE = serialization.BestAvailableEncryption(b"secret")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return with_certificate(tmp_path_factory.mktemp("tls"), serialization.NoEncryption())


def with_certificate(folder: Path, phrase: serialization.KeySerializationEncryption) -> Settings:
    """Settings with a new certificate for 127.0.0.1 that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "perpbox")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, phrase)
    )
    return Settings(port=0, tls_cert=str(cert_file), tls_key=str(key_file))


@pytest.fixture
def server(settings: Settings) -> Iterator[Background]:
    with running(settings) as background:
        yield background
        assert background.failures == 0


@pytest.fixture
def trust(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.tls_cert)


def client(server: Background, trust: ssl.SSLContext) -> http.client.HTTPSConnection:
    address = server.base_url.removeprefix("https://")
    return http.client.HTTPSConnection(address, timeout=20, context=trust)


def test_rest_answers_behind_a_certificate_on_one_connection(
    server: Background, trust: ssl.SSLContext
) -> None:
    connection = client(server, trust)
    for _ in range(3):
        connection.request("GET", "/fapi/v1/ping")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"{}")
    connection.request("GET", "/fapi/v1/exchangeInfo")
    assert len(json.loads(connection.getresponse().read())["symbols"]) == len(
        server.call(lambda venue: venue.state.markets)
    )
    connection.close()


def test_a_request_that_is_too_long_is_refused_in_words(
    server: Background, trust: ssl.SSLContext
) -> None:
    connection = client(server, trust)
    connection.putrequest("POST", "/fapi/v1/order")
    connection.putheader("Content-Length", "100000000")
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert json.loads(answer.read())["code"] == -1000
    connection.close()


def test_streams_and_the_websocket_api_are_spoken(
    server: Background, trust: ssl.SSLContext
) -> None:
    base = server.base_url.replace("https://", "wss://")

    async def listen() -> None:
        async with connect(f"{base}/ws/btcusdt@depth5", ssl=trust) as stream:
            assert json.loads(await stream.recv())["s"] == "BTCUSDT"
        async with connect(f"{base}/ws-fapi/v1", ssl=trust) as stream:
            await stream.send('{"id": 7, "method": "session.status"}')
            assert json.loads(await stream.recv())["id"] == 7
            await stream.send(b"\xff")
            await stream.wait_closed()
            assert stream.close_code in {1002, 1003, 1007, 1008}

    asyncio.run(asyncio.wait_for(listen(), 20))


def test_who_speaks_no_tls_gets_no_answer_and_does_no_harm(
    server: Background, trust: ssl.SSLContext
) -> None:
    host, port = server.base_url.removeprefix("https://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as plain:
        plain.sendall(b"GET /fapi/v1/ping HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"HTTP" not in plain.recv(1000)
    connection = client(server, trust)
    connection.request("GET", "/fapi/v1/ping")
    assert connection.getresponse().status == 200
    connection.close()


def test_files_that_cannot_be_used_are_told(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="two files"):
        require_usable(replace(settings, tls_key=""))
    with pytest.raises(Unusable, match=r"no\.pem cannot be used"):
        tls_context(replace(settings, tls_key=str(tmp_path / "no.pem")))
    with pytest.raises(Unusable, match="cannot be used"):
        tls_context(replace(settings, tls_cert=settings.tls_key))
    with pytest.raises(Unusable, match="passphrase"):
        tls_context(with_certificate(tmp_path, PHRASE))
    assert tls_context(Settings()) is None
