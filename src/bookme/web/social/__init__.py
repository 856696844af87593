"""Signing in by a provider, page by page: from a business's door over the platform's host and back."""
