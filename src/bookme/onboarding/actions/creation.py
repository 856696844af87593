"""New businesses: from a whole file, or from the few things that a starter file is made of."""

import datetime as dt
from functools import partial
from typing import Any

from bookme.core.actor import Actor
from bookme.onboarding.actions.apply import ApplyResult, apply_config
from bookme.onboarding.actions.business import refuse_taken_names
from bookme.onboarding.starters import starter_config
from bookme.onboarding.validation import BadConfig, Fault, check_config
from bookme.onboarding.validation.faults import Path
from bookme.onboarding.validation.shape import order_faults
from bookme.tenants.context import public_scope

SOURCE = "platform"
# What a starter file says, by what was asked for.
_ASKED_AS: dict[Path, Path] = {
    ("contact", "email"): ("owner",),
    ("staff", 0, "email"): ("owner",),
    ("staff", 0, "name"): ("owner",),
}


def create_business(*, data: object, actor: Actor, now: dt.datetime) -> ApplyResult:
    """Make a business of a whole file in `config`, or of `slug`, `name`, `kind`, `owner` and what else is known.

    As `apply_config`, which makes it and invites its people. Raises BadConfig with every fault, by its place in `data`.
    """
    if isinstance(data, dict) and "config" in data:
        return _of_file(data, actor=actor, now=now)
    if (faults := order_faults(data)) or not isinstance(data, dict):
        raise BadConfig(faults)
    config = starter_config(**data)
    refuse_starter(config)
    return apply_config(data=config, actor=actor, now=now, source=SOURCE, must_be_new=True)


def refuse_starter(config: dict[str, Any]) -> None:
    """Raises BadConfig with everything that is wrong with a starter file, by what it was made from."""
    faults: list[Fault] = []
    for check in (check_config, partial(refuse_taken_names, tenant=None)):
        try:
            with public_scope():
                check(config)
        except BadConfig as error:
            faults += error.faults
    if faults:
        raise BadConfig([Fault(_ASKED_AS.get(each.path, each.path), each.message, each.code) for each in faults])


def _of_file(data: dict[str, Any], *, actor: Actor, now: dt.datetime) -> ApplyResult:
    if others := [name for name in data if name != "config"]:
        raise BadConfig([Fault((name[:60],), "is not allowed beside config", "not_allowed_here") for name in others])
    try:
        return apply_config(data=data["config"], actor=actor, now=now, source=SOURCE, must_be_new=True)
    except BadConfig as error:
        raise BadConfig([Fault(("config", *each.path), each.message, each.code) for each in error.faults]) from error
