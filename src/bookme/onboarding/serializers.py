"""Settings as the API answers them, every one with the value that holds now; businesses and their host names."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.bookings.cancel_wording import cancellation_text
from bookme.core.formats import Formats, locale_of
from bookme.customers.models import ConsentKind
from bookme.customers.wording import consent_links, consent_wording
from bookme.onboarding.selectors import TEAM_PATH
from bookme.onboarding.validation.shape import INTERNAL
from bookme.onboarding.wording import reason_text
from bookme.services.models import Question
from bookme.tenants.config import BusinessConfig
from bookme.tenants.hosts import file_url, proof_of, record_name
from bookme.tenants.models import Domain, Tenant
from bookme.tenants.selectors import host_of, host_url
from bookme.users.models import Membership


def config_answer(tenant: Tenant, questions: list[Question], *, language: str, whole: bool) -> dict[str, Any]:
    """Texts are in the given language, else in the business's first. INTERNAL settings only where it is the `whole`."""
    config = tenant.config
    settings = settings_answer(config, language=language)
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "kind": tenant.kind,
        "version": tenant.tenantconfig.version,
        "language": language if language in config.languages else config.language,
        **{name: value for name, value in settings.items() if whole or name not in INTERNAL},
        "questions": [question_answer(each, language=language) for each in questions],
        "consents": consents_answer(tenant, language=language),
        "cancellation_text": _cancellation_text(config, language=language),
    }


def _cancellation_text(config: BusinessConfig, *, language: str) -> str:
    formats = Formats(locale=locale_of(language, config.country), currency=config.currency)
    with override(language):
        return cancellation_text(config.policy.cancellation, None, formats=formats)


def settings_answer(config: BusinessConfig, *, language: str) -> dict[str, Any]:
    """In the form of the file, defaults filled in."""
    return {
        "timezone": config.timezone,
        "currency": config.currency,
        "country": config.country,
        "languages": list(config.languages),
        "contact": asdict(config.contact),
        "branding": asdict(config.branding) | {"tagline": config.branding.tagline_in(language)},
        "policies": config.policy.to_data(),
        "features": asdict(config.features),
        "reminders": [asdict(each) for each in config.reminders],
        "messages": config.messages.to_data(),
        "tax": asdict(config.tax) | {"rate_percent": str(config.tax.rate_percent)} if config.tax else None,
        "invoices": asdict(config.invoices),
        "legal": asdict(config.legal),
        "allowed_origins": list(config.allowed_origins),
        "team": asdict(config.team),
    }


def consents_answer(tenant: Tenant, *, language: str) -> list[dict[str, Any]]:
    with override(language):
        links = consent_links(tenant)
        return [
            {"kind": kind.value, "wording": consent_wording(kind), "url": links.get(kind.value)} for kind in ConsentKind
        ]


def question_answer(question: Question, *, language: str) -> dict[str, Any]:
    return {
        "id": str(question.pk),
        "key": question.key,
        "label": question.text("label", language),
        "help_text": question.text("help_text", language),
        "kind": question.kind,
        "choices": question.choices,
        "choice_labels": question.choices_in(language),
        "minimum": question.minimum,
        "maximum": question.maximum,
        "required": question.required,
        "services": [str(each.pk) for each in question.services.all()],
    }


class OwnerOutput(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.EmailField()


class HostOutput(serializers.Serializer[Any]):
    """A host name; it is served, and links lead to it, from `verified_at` on."""

    domain = serializers.CharField()
    is_primary = serializers.BooleanField()
    verified_at = serializers.DateTimeField(allow_null=True)


class TenantOutput(serializers.Serializer[Any]):
    """A row of `businesses()`. `owner` is who was made one first; `url` is where links to it lead."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    status = serializers.CharField()
    url = serializers.SerializerMethodField()
    team_url = serializers.SerializerMethodField()
    owner = serializers.SerializerMethodField()
    domains = HostOutput(many=True)
    created_at = serializers.DateTimeField()

    def get_url(self, tenant: Tenant) -> str:
        return host_url(host_of(tenant, tenant.domains.all()), "/")

    def get_team_url(self, tenant: Tenant) -> str:
        return host_url(host_of(tenant, tenant.domains.all()), TEAM_PATH)

    @extend_schema_field(OwnerOutput(allow_null=True))
    def get_owner(self, tenant: Tenant) -> Any:
        owners: list[Membership] = tenant.owners  # type: ignore[attr-defined]  # prefetched
        return OwnerOutput(owners[0].user).data if owners else None


class WarningOutput(serializers.Serializer[Any]):
    """What is allowed and will probably surprise; `pointer` is into the config file."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField(source="text")


class CreatedTenantOutput(TenantOutput):
    warnings = WarningOutput(many=True)


class RecordOutput(serializers.Serializer[Any]):
    """What proves a host name: a DNS record of this type, name and value."""

    type = serializers.CharField()
    name = serializers.CharField()
    value = serializers.CharField()


class FileOutput(serializers.Serializer[Any]):
    """What proves a host name whose DNS cannot be read: a plain text at this address, with this line."""

    url = serializers.URLField()
    content = serializers.CharField()


class DomainOutput(HostOutput):
    """`reason` is what the last look found, `detail` the same in words; both null of a name that is proven.

    `record` and `file`, too, are null where nothing is to be proven any more.
    """

    checked_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.SerializerMethodField()
    detail = serializers.SerializerMethodField()
    record = serializers.SerializerMethodField()
    file = serializers.SerializerMethodField()

    @extend_schema_field({"type": ["string", "null"]})
    def get_reason(self, row: Domain) -> str | None:
        return row.reason or None

    @extend_schema_field({"type": ["string", "null"]})
    def get_detail(self, row: Domain) -> str | None:
        return None if row.verified_at else f"{reason_text(row.reason)}."

    @extend_schema_field(RecordOutput(allow_null=True))
    def get_record(self, row: Domain) -> Any:
        if row.verified_at:
            return None
        return {"type": "TXT", "name": record_name(row.domain), "value": proof_of(row.domain, tenant=row.tenant)}

    @extend_schema_field(FileOutput(allow_null=True))
    def get_file(self, row: Domain) -> Any:
        if row.verified_at:
            return None
        return {"url": file_url(row.domain), "content": proof_of(row.domain, tenant=row.tenant)}
