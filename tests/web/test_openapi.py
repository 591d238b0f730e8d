"""Every address of the OpenAPI description, asked with whatever schemathesis can think of, answers without a 5xx."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from litestar.middleware.csrf import generate_csrf_token

from stocktake import casebook
from stocktake.casebook.accounts import Accounts
from stocktake.web.application import application
from stocktake.web.safety import CSRF_COOKIE

EXAMPLES = 15


@pytest.fixture
def asked(copy_of_samples: Callable[..., str]) -> tuple[Any, dict[str, Any]]:
    """The description of an application over a copy of the samples, and what its own pages would send along."""
    book = casebook.open(copy_of_samples())
    app = application(book, name="samples.casebook", accounts_demanded=False)
    token = generate_csrf_token(Accounts(book).key("csrf"))
    ours = {"headers": {"host": "localhost", "x-csrftoken": token}, "cookies": {CSRF_COOKIE: token}}
    return schemathesis.openapi.from_asgi("/openapi/openapi.json", app, headers={"host": "localhost"}), ours


def test_no_address_fails_whatever_it_is_asked(asked: tuple[Any, dict[str, Any]]) -> None:
    description, ours = asked
    operations = [found.ok() for found in description.get_all_operations()]
    statuses: dict[str, set[int]] = {}
    for operation in operations:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.explicit, Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        )
        def ask(case: Any) -> None:
            answer = case.call(**ours)
            statuses.setdefault(f"{case.operation.method} {case.operation.path}", set()).add(answer.status_code)
            assert answer.status_code < 500, f"{case.as_curl_command()} answered {answer.status_code}: {answer.text}"

        ask()
    assert len(statuses) > 15
    refused_for_the_token = [name for name, seen in statuses.items() if seen == {403}]
    assert not refused_for_the_token, "these were never really asked"
