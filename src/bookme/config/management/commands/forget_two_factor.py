"""`bookme forget_two_factor`: the way back in for the last operator who lost app and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bookme.core.actor import SYSTEM
from bookme.core.errors import DomainError
from bookme.core.time import now
from bookme.tenants.context import public_scope
from bookme.users.actions import forget_two_factor
from bookme.users.models import User


class Command(BaseCommand):
    help = "Take the second factor of somebody away, who has lost app and recovery codes, and end their sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        with public_scope(), transaction.atomic():
            user = User.objects.filter(email=email).first()
            if user is None:
                raise CommandError(f"there is no user {email}")
            try:
                forget_two_factor(user=user, actor=SYSTEM, now=now())
            except DomainError as error:
                raise CommandError(error.detail) from error
        self.stdout.write(f"{email} signs in without a code until they set it up again")
