"""The providers that people sign in by. One without a client id is off."""

from bookme.config.settings.environment import env

SOCIAL_GOOGLE_CLIENT_ID = env.str("SOCIAL_GOOGLE_CLIENT_ID", "")
SOCIAL_GOOGLE_CLIENT_SECRET = env.str("SOCIAL_GOOGLE_CLIENT_SECRET", "")
SOCIAL_GOOGLE_DISCOVERY_URL = env.str(
    "SOCIAL_GOOGLE_DISCOVERY_URL", "https://accounts.google.com/.well-known/openid-configuration"
)
SOCIAL_APPLE_CLIENT_ID = env.str("SOCIAL_APPLE_CLIENT_ID", "")
SOCIAL_APPLE_TEAM_ID = env.str("SOCIAL_APPLE_TEAM_ID", "")
SOCIAL_APPLE_KEY_ID = env.str("SOCIAL_APPLE_KEY_ID", "")
SOCIAL_APPLE_PRIVATE_KEY = env.str("SOCIAL_APPLE_PRIVATE_KEY", "", multiline=True)
SOCIAL_APPLE_DISCOVERY_URL = env.str(
    "SOCIAL_APPLE_DISCOVERY_URL", "https://appleid.apple.com/.well-known/openid-configuration"
)
SOCIAL_MICROSOFT_CLIENT_ID = env.str("SOCIAL_MICROSOFT_CLIENT_ID", "")
SOCIAL_MICROSOFT_CLIENT_SECRET = env.str("SOCIAL_MICROSOFT_CLIENT_SECRET", "")
SOCIAL_MICROSOFT_DISCOVERY_URL = env.str(
    "SOCIAL_MICROSOFT_DISCOVERY_URL",
    "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
)
