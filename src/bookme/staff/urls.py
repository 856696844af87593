from django.urls import path

from bookme.staff import views

urlpatterns = [
    path("services/<uuid:id>/staff/", views.StaffOfService.as_view()),
    path("services/by-postcode/", views.ServicesNear.as_view()),
    path("staff/by-postcode/", views.PeopleNear.as_view()),
    path("staff/", views.People.as_view()),
    path("staff/<uuid:id>/", views.OnePerson.as_view()),
    path("staff/<uuid:id>/services/", views.ServicesOfPerson.as_view()),
    path("staff/<uuid:id>/working-hours/", views.HoursOfPerson.as_view()),
    path("staff/<uuid:id>/working-hours/<uuid:row>/", views.OneShift.as_view()),
    path("staff/<uuid:id>/time-off/", views.AbsenceOfPerson.as_view()),
    path("staff/<uuid:id>/time-off/<uuid:row>/", views.OneAbsence.as_view()),
    path("staff/<uuid:id>/areas/", views.AreasOfPerson.as_view()),
    path("staff/<uuid:id>/areas/<uuid:row>/", views.OneArea.as_view()),
]
