"""Settings as the API answers them: every one with the value that holds now."""

from dataclasses import asdict
from typing import Any

from django.utils.translation import override

from bookme.bookings.wording import cancellation_text
from bookme.core.formats import Formats, locale_of
from bookme.customers.models import ConsentKind
from bookme.customers.wording import consent_links, consent_wording
from bookme.services.models import Question
from bookme.tenants.config import BusinessConfig, Legal
from bookme.tenants.models import Tenant


def config_answer(tenant: Tenant, questions: list[Question], *, language: str) -> dict[str, Any]:
    """Texts are in the given language, else in the business's first."""
    config = tenant.config
    return {
        "slug": tenant.slug,
        "name": tenant.name,
        "kind": tenant.kind,
        "version": tenant.tenantconfig.version,
        "language": language if language in config.languages else config.language,
        **settings_answer(config, language=language),
        "questions": [question_answer(each, language=language) for each in questions],
        "consents": consents_answer(config.legal, language=language),
        "cancellation_text": _cancellation_text(config, language=language),
    }


def _cancellation_text(config: BusinessConfig, *, language: str) -> str:
    formats = Formats(locale=locale_of(language, config.country), currency=config.currency)
    with override(language):
        return cancellation_text(cancellation=config.policy.cancellation, price=None, formats=formats)


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
        "tax": asdict(config.tax) | {"rate_percent": str(config.tax.rate_percent)} if config.tax else None,
        "invoices": asdict(config.invoices),
        "legal": asdict(config.legal),
        "allowed_origins": list(config.allowed_origins),
        "team": asdict(config.team),
    }


def consents_answer(legal: Legal, *, language: str) -> list[dict[str, Any]]:
    with override(language):
        links = consent_links(legal)
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
