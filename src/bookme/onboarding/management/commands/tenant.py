"""`bookme tenant …`: businesses from the command line. Errors on stderr, one a line; exit code 0 only on success."""

import json
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.db import OperationalError

from bookme.core.actor import SYSTEM
from bookme.core.errors import DomainError
from bookme.core.time import now
from bookme.onboarding.actions import (
    ApplyResult,
    apply_config,
    close_business,
    fresh_invitation,
    resume_business,
    suspend_business,
)
from bookme.onboarding.actions.creation import refuse_starter
from bookme.onboarding.actions.domains import check_domain
from bookme.onboarding.selectors import business_named, business_told, businesses_told, domains_of, first_owner
from bookme.onboarding.starters import starter_config
from bookme.onboarding.validation import BadConfig, Fault, read_config
from bookme.onboarding.validation.reading import MAX_BYTES
from bookme.onboarding.wording import reason_text
from bookme.team.links import invitation_url
from bookme.tenants.context import SchemaBehind
from bookme.tenants.hosts import proof_of, record_name
from bookme.tenants.models import BusinessKind, Domain, Tenant, TenantStatus
from bookme.tenants.provisioning import write_template
from bookme.tenants.template import TEMPLATE_PATH
from bookme.users.links import one_time_link

SHOWN_CHANGES = 20
_GIVEN_AS: dict[tuple[str | int, ...], tuple[str | int, ...]] = {("name",): ("--name",), ("owner",): ("--owner",)}

Run = Callable[[dict[str, Any]], None]


class Command(BaseCommand):
    help = "Create, change, list, suspend, resume and close businesses."
    requires_system_checks = ()  # they load every page and cost more than the command

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        for name, text in _HELP.items():
            sub = commands.add_parser(name, help=text, description=text)
            _ARGUMENTS.get(name, _slug_argument)(sub)

    def handle(self, *args: Any, **options: Any) -> None:
        run: Run = getattr(self, f"run_{options['command']}")
        try:
            run(options)
            self.stdout.flush()
        except BrokenPipeError:
            _write_no_more()  # `| head`: whoever reads has enough
        except BadConfig as error:
            self._fail(*(fault.text for fault in error.faults))
        except SchemaBehind as error:
            self._fail(f"{error.slug}: its tables are behind this version; run migrate_schemas first")
        except DomainError as error:
            self._fail(error.detail)
        except OperationalError as error:
            self._fail(f"the database does not answer as it should, and nothing was changed: {_first_line(error)}")
        except OSError as error:
            self._fail(f"{error.filename}: {error.strerror}")

    def run_apply(self, options: dict[str, Any]) -> None:
        with Path(options["file"]).open("rb") as file:
            data = read_config(file.read(MAX_BYTES + 1))
        self._tell(apply_config(data=data, actor=SYSTEM, now=now()))

    def run_new(self, options: dict[str, Any]) -> None:
        """The file is there before the business is: one that cannot be written makes nothing."""
        slug = options["slug"]
        if business_named(slug):
            self._fail(f"slug: there is a business {slug} already")
        data = starter_config(slug=slug, kind=options["kind"], name=options["name"], owner=options["owner"])
        _refuse_starter(data)
        path = Path(f"{slug}.client.config.json")
        with path.open("x", encoding="utf-8") as file:
            file.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
        try:
            result = apply_config(data=data, actor=SYSTEM, now=now(), must_be_new=True)
        except Exception:
            path.unlink()
            raise
        self.stdout.write(f"wrote {path}")
        self._tell(result)
        self._show(result.tenant)

    def run_show(self, options: dict[str, Any]) -> None:
        self._show(self._tenant(options))

    def run_list(self, options: dict[str, Any]) -> None:
        told = businesses_told()
        if options["format"] == "json":
            self.stdout.write(json.dumps(told, ensure_ascii=False))
            return
        for each in told:
            self.stdout.write(f"{each['slug']:<24} {each['status']:<10} {each['kind']:<8} {each['url']}")

    def run_suspend(self, options: dict[str, Any]) -> None:
        self._tell_status(suspend_business(tenant=self._tenant(options), actor=SYSTEM))

    def run_resume(self, options: dict[str, Any]) -> None:
        self._tell_status(resume_business(tenant=self._tenant(options), actor=SYSTEM))

    def run_close(self, options: dict[str, Any]) -> None:
        tenant = self._tenant(options)
        if not options["yes"] and not self._is_sure(tenant):
            self._fail("nothing was changed")
        self._tell_status(close_business(tenant=tenant, actor=SYSTEM))

    def run_verify(self, options: dict[str, Any]) -> None:
        """Exits with 0 if all that were asked for are proven."""
        rows = domains_of(self._tenant(options))
        if options["domain"]:
            rows = rows.filter(domain=options["domain"])
        if not rows:
            self._fail(f"domain: {options['slug']} has no host name {options['domain']!r}")
        told = [self._proof_text(check_domain(domain=row, actor=SYSTEM, now=now())) for row in rows]
        for text in (text for is_proven, text in told if is_proven):
            self.stdout.write(text)
        if waiting := [text for is_proven, text in told if not is_proven]:
            self._fail(*waiting)

    def _proof_text(self, row: Domain) -> tuple[bool, str]:
        if row.verified_at:
            return True, f"{row.domain}: verified"
        record = f'{record_name(row.domain)} TXT "{proof_of(row.domain, tenant=row.tenant)}"'
        return False, f"{row.domain}: {reason_text(row.reason)}. To be set: {record}"

    def run_template(self, _options: dict[str, Any]) -> None:
        TEMPLATE_PATH.write_text(write_template(), encoding="utf-8")
        self.stdout.write(f"wrote {TEMPLATE_PATH}")

    def _is_sure(self, tenant: Tenant) -> bool:
        if not sys.stdin.isatty():
            self._fail(f"to end a business for good without being asked: bookme tenant close {tenant.slug} --yes")
        answer = input(f"End {tenant.name} ({tenant.slug}) for good? Nothing opens it again. [y/N] ")
        return answer.strip().lower() in {"y", "yes"}

    def _tenant(self, options: dict[str, Any]) -> Tenant:
        found = business_named(options["slug"])
        if found is None:
            self._fail(f"slug: there is no business {options['slug']!r}")
        return found

    def _tell(self, result: ApplyResult) -> None:
        counts = ", ".join(f"{number} {what}" for what, number in sorted(result.counts.items()) if number)
        verb = "created" if result.is_new else "changed" if result.changes_total else "unchanged"
        self.stdout.write(f"{result.tenant.slug}: {verb} (rows: {counts or 'none'})")
        if not result.is_new:
            for change in result.changes[:SHOWN_CHANGES]:
                self.stdout.write(f"  {change['path']}: {_text(change['before'])} -> {_text(change['after'])}")
            if result.changes_total > SHOWN_CHANGES:
                self.stdout.write(f"  and {result.changes_total - SHOWN_CHANGES} more")
        for warning in result.warnings:
            self.stderr.write(f"warning: {warning.text}")

    def _tell_status(self, tenant: Tenant) -> None:
        self.stdout.write(f"{tenant.slug}: {tenant.status}")

    def _show(self, tenant: Tenant) -> None:
        told = business_told(tenant)
        owner = first_owner(tenant)
        invitation = None if owner else fresh_invitation(tenant=tenant, now=now())
        lines = [f"{told['name']} ({told['slug']}, {told['kind']}, {told['status']})"]
        lines += [f"  booking page  {told['url']}", f"  team          {told['team_url']}"]
        lines += [f"  {each['role']:<12}  {each['name']} <{each['email']}>" for each in told["people"]]
        if owner:
            link = one_time_link(user=owner, tenant=tenant)
            lines += ["", f"One-time sign-in link of {owner.email}, good for 24 hours:", f"  {link}"]
        if invitation:
            until = f"{invitation.expires_at.astimezone(tenant.config.zone):%d %B %Y, %H:%M}"
            url = invitation_url(invitation=invitation, tenant=tenant)
            lines += ["", f"Invitation of {invitation.email} to own it, good until {until}:", f"  {url}"]
        if told["status"] == TenantStatus.TRIAL:
            lines += ["", "Next steps:", *_next_steps(tenant.slug)]
        self.stdout.write("\n".join(lines))

    def _fail(self, *lines: str) -> NoReturn:
        for line in lines:
            self.stderr.write(line)
        raise SystemExit(1)


def _next_steps(slug: str) -> list[str]:
    file = f"{slug}.client.config.json"
    return [
        f"  1. Edit {file}: time zone, currency, services, prices, people and hours.",
        f"  2. bookme tenant apply {file}",
        "  3. Let the host names of `domains` lead to this server, and open the booking page.",
        f"  4. bookme tenant resume {slug}   (ends the trial)",
    ]


def _refuse_starter(data: dict[str, Any]) -> None:
    """Raises BadConfig, by what was given on the command line."""
    try:
        refuse_starter(data)
    except BadConfig as error:
        raise BadConfig([Fault(_GIVEN_AS.get(each.path, each.path), each.message) for each in error.faults]) from error


def _write_no_more() -> None:
    """What is still to be written when the process ends goes nowhere, instead of into a pipe that nobody reads."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def _slug_argument(parser: ArgumentParser) -> None:
    parser.add_argument("slug", metavar="SLUG")


def _close_arguments(parser: ArgumentParser) -> None:
    _slug_argument(parser)
    parser.add_argument("--yes", action="store_true", help="without being asked")


def _apply_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a client.config.json")


def _list_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--format", choices=["text", "json"], default="text")


def _new_arguments(parser: ArgumentParser) -> None:
    _slug_argument(parser)
    parser.add_argument("--kind", required=True, choices=BusinessKind.values)
    parser.add_argument("--name", required=True)
    parser.add_argument("--owner", required=True, metavar="EMAIL")


def _verify_arguments(parser: ArgumentParser) -> None:
    _slug_argument(parser)
    parser.add_argument("domain", metavar="DOMAIN", nargs="?", help="one of them; all, unless given")


# A sub-command is a line here, a method `run_<name>`, and its arguments below if they are more than SLUG.
_HELP = {
    "apply": "Create or update a business from a file. Applied twice, nothing changes.",
    "new": "Write a starter file for a new business here, apply it, and show what to do next.",
    "show": "Print a business's addresses, people, and a one-time sign-in link of its owner, or their invitation.",
    "list": "Print all businesses.",
    "suspend": "Answer 503 on a business's addresses, until it is resumed.",
    "resume": "Open a business: again, or out of its trial.",
    "close": "End a business for good, after asking. Its data stays.",
    "verify": "Look now whether a business's own host names are proven, and serve those that are.",
    "template": "For developers, after a migration: write what a new business's schema is made from.",
}
_ARGUMENTS: dict[str, Callable[[ArgumentParser], None]] = {
    "apply": _apply_arguments,
    "close": _close_arguments,
    "new": _new_arguments,
    "list": _list_arguments,
    "template": lambda _parser: None,
    "verify": _verify_arguments,
}
