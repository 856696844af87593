"""Filters of customers."""

from django_filters import filters

from bookme.core.http.filters import ActiveFilters, DayRange, Search, Tag


class CustomerFilters(DayRange, ActiveFilters):
    """`from` and `to`: known since these days of the business, both inclusive."""

    tag = Tag()
    email = filters.CharFilter(lookup_expr="iexact", max_length=254)
    phone = filters.CharFilter(max_length=40)
    search = Search("name", "email", "phone")

    starts_field = ends_field = "created_at"
