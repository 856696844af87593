"""The operators' admin: what it looks like, and what its pages may do."""

OPERATOR_TWO_FACTOR_URL = "/security/two-factor/"

# For the admin: Unfold comes with Alpine, which evaluates, and with inline styles.
ADMIN_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
UNFOLD = {
    "SITE_TITLE": "bookme.config.unfold.whose_data",
    "SITE_HEADER": "bookme.config.unfold.whose_data",
    "SITE_SUBHEADER": "bookme.config.unfold.what_it_is",
    "SITE_SYMBOL": "calendar_month",
    "COLORS": {  # the platform's own, as on its pages
        "primary": {
            weight: f"oklch({lightness}% {chroma} 281)"
            for weight, lightness, chroma in (
                ("50", 97, 0.015),
                ("100", 94, 0.03),
                ("200", 88.5, 0.06),
                ("300", 81, 0.095),
                ("400", 76, 0.11),
                ("500", 67, 0.14),
                ("600", 46, 0.155),
                ("700", 41, 0.145),
                ("800", 35, 0.12),
                ("900", 30, 0.095),
                ("950", 22, 0.075),
            )
        }
    },
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "bookme.config.unfold.icon"}],
    "SITE_DROPDOWN": "bookme.config.unfold.businesses",
    "ENVIRONMENT": "bookme.config.unfold.badge",
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_HISTORY": True,
    "LOGIN": {"form": "bookme.users.operators.OperatorForm"},
    "ACCOUNT": {"navigation": [{"title": "Two-factor sign-in", "link": OPERATOR_TWO_FACTOR_URL}]},
    "SIDEBAR": {"show_search": True, "show_all_applications": False},
}
