from django.urls import path

from bookme.locations import views

urlpatterns = [
    path("locations/", views.Locations.as_view()),
    path("locations/<uuid:id>/", views.OneLocation.as_view()),
    path("locations/<uuid:id>/opening-hours/", views.OpeningHoursOfLocation.as_view()),
    path("locations/<uuid:id>/opening-hours/<uuid:row>/", views.OneOpeningHours.as_view()),
    path("resources/", views.Resources.as_view()),
    path("resources/<uuid:id>/", views.OneResource.as_view()),
    path("closures/", views.Closures.as_view()),
    path("closures/<uuid:id>/", views.OneClosure.as_view()),
]
