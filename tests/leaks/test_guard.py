"""The guard: what would leave the machine is stopped and written down, the rest goes through."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from perpbox.clients import guard

CLIENTS = Path(__file__).resolve().parents[1] / "clients"
AWAY = "fapi.binance.com"


def test_a_name_and_an_address_are_stopped() -> None:
    with guard.blocked() as attempts:
        with pytest.raises(socket.gaierror, match=AWAY):
            socket.create_connection((AWAY, 443), 1)
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
            pytest.raises(guard.Blocked, match="port 53"),
        ):
            datagrams.sendto(b"?", ("192.0.2.1", 53))
    assert attempts == [f"resolve {AWAY}", "connect 192.0.2.1 53"]


def test_a_loop_in_a_thread_is_stopped_too() -> None:
    async def leave() -> None:
        await asyncio.open_connection("192.0.2.1", 443)

    with guard.blocked() as attempts, pytest.raises(OSError, match="blocked"):
        asyncio.run(asyncio.to_thread(lambda: asyncio.run(leave())))
    assert len(attempts) == 1


def test_the_machine_itself_is_reached() -> None:
    with guard.blocked() as attempts, socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
        here, there = socket.socketpair()
        here.close()
        there.close()
    assert attempts == []


@pytest.mark.parametrize(
    ("host", "local"),
    [
        (None, True),
        (b"localhost", True),
        ("a.localhost.", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("0.0.0.0", True),  # noqa: S104  connects to the machine itself
        ("fe80::1%eth0", False),
        ("10.0.0.1", False),
        ("papi.perpbox.invalid", False),
        ("localhost.example.com", False),
    ],
)
def test_what_is_local(host: str | bytes | None, local: bool) -> None:
    assert guard.is_local(host) is local


@pytest.mark.parametrize(
    "command",
    [
        [sys.executable, "-c", f"import socket; socket.getaddrinfo('{AWAY}', 443)"],
        ["node", "-e", f"require('https').get('https://{AWAY}')"],
        ["node", "-e", "require('net').connect(443, '192.0.2.1')"],
        ["node", "-e", f"fetch('https://{AWAY}')"],
    ],
)
def test_each_process_of_a_flow_is_guarded(command: list[str], tmp_path: Path) -> None:
    """As `make clients` starts them."""
    log = tmp_path / "leaks"
    env = {
        **os.environ,
        "PYTHONPATH": str(CLIENTS / "guarded"),
        "NODE_OPTIONS": f"--require={CLIENTS / 'guarded' / 'block.cjs'}",
        "LEAKS_GO_TO": str(log),
    }
    try:
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"{command[0]} is not installed")
    assert done.returncode != 0
    assert "blocked" in done.stderr
    assert log.read_text().split()[1] in {AWAY, "192.0.2.1"}


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_behind_the_namespace_is_the_loopback_alone() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(CLIENTS)!r}); import isolation, socket\n"
        "why = isolation.isolate()\n"
        "if why: sys.exit(f'not here: {why}')\n"
        "here = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(here.getsockname()).close()\n"
        "socket.create_connection(('192.0.2.1', 443), 5)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if "not here" in done.stderr:
        pytest.skip(done.stderr)
    assert "Network is unreachable" in done.stderr
