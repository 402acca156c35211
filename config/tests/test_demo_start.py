"""What `./run demo` and `./run onestop prepare` say before they start anything."""

import re

import pytest

from config import prepare
from config.demo import DemoRefused, listening, parse


@pytest.mark.parametrize("port", [-1, 65_536, 70_000])
def test_a_port_that_does_not_exist_comes_with_one_that_does(port: int) -> None:
    with pytest.raises(DemoRefused, match=f"Port {port} cannot be used .*--port 8000,"):
        listening(port).__enter__()


def test_a_port_in_use_comes_with_the_next_one() -> None:
    with listening(None) as door:
        port = door.getsockname()[1]
        with pytest.raises(DemoRefused, match=rf"Port {port} cannot be used \(.* in use\).*--port {port + 1},"):
            listening(port).__enter__()
        with listening(None) as second:
            assert second.getsockname()[1] != port


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--on", "2014-02-29"], "'2014-02-29' is no day .* write it like 2014-06-11"),
        (["--on", "yesterday"], "'yesterday' is no day"),
        (["--port", "http"], "argument --port: invalid int value: 'http'"),
        (["--seed", "1.5"], "argument --seed: invalid int value: '1.5'"),
    ],
)
def test_an_option_that_cannot_be_read_is_named(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(arguments)
    assert ended.value.code == 2
    assert re.search(said, capsys.readouterr().err)


def test_preparing_without_a_server_of_ones_own_leads_to_the_demonstration(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert prepare.main([]) == 1
    assert re.search("DATABASE_URL is not set.*/run demo", capsys.readouterr().err)
