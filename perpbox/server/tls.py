"""TLS: for clients that accept nothing else, the venue speaks it by itself."""

from __future__ import annotations

import ssl

from perpbox.server.settings import Settings, Unusable


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """What the listener encrypts with; None: it does not. Raises `Unusable`.

    TLS 1.2 at least. A key that is encrypted with a passphrase is not taken: nobody is there
    who could be asked for it.
    """
    if not settings.tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password=_no_passphrase)
    except (OSError, ValueError) as error:
        files = f"{settings.tls_cert} and {settings.tls_key}"
        raise Unusable(f"--tls-cert, --tls-key: {files} cannot be used: {error}.") from error
    return context


def _no_passphrase() -> str:
    raise ValueError("the key has a passphrase")
