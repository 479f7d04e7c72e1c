"""What all tests share: no network beyond this machine, a data folder of their own, and one
opened assistant."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant.corpus import Corpus
from assistant.settings import PREFIX, Settings

if TYPE_CHECKING:
    from assistant import Assistant


def _is_here(host: object) -> bool:
    """Whether a host name or address is this machine's own."""
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost"):
        return True
    try:
        return ip_address(str(text).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(host: object) -> None:
    """Fail the test; no `except OSError` on the way can hide it."""
    if not _is_here(host):
        pytest.fail(f"a test may not reach the network: {host!r}")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Block name look-ups and connections to anything but this machine."""
    real_connect, real_connect_ex = socket.socket.connect, socket.socket.connect_ex
    real_lookup = socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse(address[0])
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse(address[0])
        return real_connect_ex(self, address)

    def lookup(host: Any, *rest: Any, **named: Any) -> Any:
        _refuse(host)
        return real_lookup(host, *rest, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket.socket, "connect_ex", connect_ex)
        patch.setattr(socket, "getaddrinfo", lookup)
        yield


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep every setting of the machine out, and what outlives a page in a folder of its own."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            patch.delenv(name)
        patch.setenv(f"{PREFIX}DATA", str(folder))
        yield folder


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The shipped corpus."""
    return Corpus.read(Settings.load().corpus)


@pytest.fixture(scope="session")
def assistant(data_folder: Path) -> Assistant:
    """The assistant as it starts by default: shipped corpus, shipped vectors, no chat model."""
    from assistant import Assistant

    return Assistant.open(Settings.load(data=data_folder))
