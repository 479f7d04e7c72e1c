"""The tests themselves: none of them reaches beyond this machine."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

Refused = pytest.fail.Exception


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.com", 443)])
def test_connection_to_another_machine_fails_the_test(address: tuple[str, int]) -> None:
    with pytest.raises(Refused, match="may not reach the network"):
        socket.create_connection(address, timeout=1)


def test_connection_by_number_fails_the_test() -> None:
    with socket.socket() as opened:
        for connect in (opened.connect, opened.connect_ex):
            with pytest.raises(Refused, match=r"192\.0\.2\.1"):
                connect(("192.0.2.1", 80))


def test_name_of_another_machine_is_not_looked_up() -> None:
    with pytest.raises(Refused, match=r"example\.com"):
        socket.getaddrinfo("example.com", 80)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=lambda: server.accept()[0].close())
        answering.start()
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5) as opened:
            assert opened.recv(1) == b""
        answering.join()


def test_settings_of_the_machine_stay_out(data_folder: Path) -> None:
    assert {name: value for name, value in os.environ.items() if name.startswith("CX_")} == {
        "CX_DATA": str(data_folder)
    }
