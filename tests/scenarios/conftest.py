"""Runs each scenario as it is, and with its row's effect taken out."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest
from pytestqt.exceptions import TimeoutError as QtTimeoutError

from tests.scenarios.patience import set_patience
from tests.ui.conftest import (  # noqa: F401 - fixtures
    garbage_is_collected_between_tests,
    nothing_left_on_the_clipboard,
)
from tests.ui.shell.conftest import open_window  # noqa: F401 - a fixture


@pytest.fixture
def taken_out(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the row's effect out, where this run is without it."""
    set_patience(brief=request.param is not None)
    if request.param is not None:
        request.param(monkeypatch)
    yield
    set_patience(brief=False)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A scenario without its row's effect must fail."""
    callspec = getattr(pyfuncitem, "callspec", None)
    if callspec is None or callspec.params.get("taken_out") is None:
        return (yield)
    try:
        yield
    except (AssertionError, QtTimeoutError):
        return True
    pytest.fail("passes although its row's effect was taken out")
