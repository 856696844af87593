from django.urls import path

from bookme.privacy import views

urlpatterns = [
    path("customers/me/export/", views.OwnExportView.as_view(), name="own-export"),
    path("customers/me/erase/", views.OwnEraseView.as_view(), name="own-erase"),
]
