"""The shapes of customers, for the team."""

from bookme.core.http.fields import EmailField, LanguageField, PhoneField
from bookme.core.http.serializers import MetadataField, RowSerializer, TagsField
from bookme.customers.models import Consent, Customer, CustomerAddress


class CustomerAddressSerializer(RowSerializer[CustomerAddress]):
    """Where a mobile trade goes to see them."""

    class Meta:
        model = CustomerAddress
        fields = ("id", "line1", "line2", "city", "county", "postcode", "country", "created_at")
        read_only_fields = fields


class ConsentSerializer(RowSerializer[Consent]):
    """What was asked, about which text, what was said, when, and on which visit."""

    class Meta:
        model = Consent
        fields = ("kind", "granted", "wording", "url", "visit_id", "created_at")
        read_only_fields = fields


class CustomerSerializer(RowSerializer[Customer]):
    """A person who books. Addresses (newest first) and consents (oldest first) come with their bookings.

    Time zone and channels are theirs to say, at `customers/me/`.
    """

    email = EmailField(allow_blank=True, required=False)
    phone = PhoneField(allow_blank=True, required=False)
    language = LanguageField(required=False)
    tags = TagsField(required=False)
    metadata = MetadataField(required=False)
    addresses = CustomerAddressSerializer(many=True, read_only=True)
    consents = ConsentSerializer(many=True, read_only=True)

    class Meta:
        model = Customer
        fields = (
            "id",
            "name",
            "email",
            "phone",
            "language",
            "timezone",
            "channels",
            "notes",
            "tags",
            "user_id",
            "is_active",
            "metadata",
            "addresses",
            "consents",
            "created_at",
        )
        read_only_fields = ("timezone", "channels", "user_id", "created_at")
