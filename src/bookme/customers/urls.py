from django.urls import path

from bookme.customers import views

urlpatterns = [
    path("customers/", views.Customers.as_view()),
    path("customers/import/", views.CustomersImport.as_view()),
    path("customers/<uuid:id>/", views.OneCustomer.as_view()),
]
