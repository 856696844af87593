from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "bookme.onboarding"
    label = "onboarding"
