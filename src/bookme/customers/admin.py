"""People who book, for operators."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookme.core.http.admin import DayRange, OperatorAdmin, OperatorInline, business_site, change_each
from bookme.customers.actions import archive_customer
from bookme.customers.models import Consent, Customer, CustomerAddress
from bookme.users.selectors import operator_actor


class AddressInline(OperatorInline):
    model = CustomerAddress
    fields = ("line1", "line2", "city", "county", "postcode", "country", "created_at")
    readonly_fields = ("created_at",)


class ConsentInline(OperatorInline):
    model = Consent
    fields = ("kind", "granted", "created_at")
    readonly_fields = ("created_at",)


@admin.register(Customer, site=business_site)
class CustomerAdmin(OperatorAdmin):
    list_display = ("name", "email", "phone", "is_active", "created_at")
    list_filter = ("is_active", ("created_at", DayRange))
    search_fields = ("name", "email", "phone")
    inlines = (AddressInline, ConsentInline)
    actions = ("archive", "export_csv")

    @admin.action(description="Archive")
    def archive(self, request: HttpRequest, rows: QuerySet[Customer]) -> None:
        actor = operator_actor(request.user)  # type: ignore[arg-type]
        change_each(request, rows, lambda row: archive_customer(customer=row, actor=actor), done="archived")
