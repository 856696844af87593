"""Static files under names that carry a hash of their content, compressed ahead."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import` paths in our own modules only.

    Django's flag for it applies to every file, and trips over a comment in an extension that django-htmx ships.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("bm/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
    )
