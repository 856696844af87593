"""`bookme superuser`: the first operator of the platform."""

import getpass
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from bookme.tenants.context import public_scope
from bookme.users.models import User

PASSWORD_VARIABLE = "BOOKME_SUPERUSER_PASSWORD"  # noqa: S105 - the variable's name


class Command(BaseCommand):
    help = (
        "Make an operator of the platform, who signs in at /admin/. The password is asked for, or read from "
        f"{PASSWORD_VARIABLE} or, with --password-stdin, from the first line of the input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", help="asked for if it is not given")
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        email = (options["email"] or _ask(input, "E-mail: ")).strip().lower()
        with public_scope():
            _check_email(email)
            password = _password(from_input=options["password_stdin"])
            _check_password(password, User(email=email))
            User.objects.create_superuser(email, password)
        self.stdout.write(f"{email} may sign in as an operator")


def _check_email(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise CommandError(f"{email!r} is no e-mail address") from error
    if User.objects.filter(email=email).exists():
        raise CommandError(f"there is a user {email} already")


def _password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if password := os.environ.get(PASSWORD_VARIABLE):
        return password
    first = _ask(getpass.getpass, "Password: ")
    if first != _ask(getpass.getpass, "Once more: "):
        raise CommandError("the passwords differ")
    return first


def _ask(how: Callable[[str], str], question: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError(
            f"there is nobody to ask: give --email, and the password in {PASSWORD_VARIABLE} or with --password-stdin"
        )
    return how(question)


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
