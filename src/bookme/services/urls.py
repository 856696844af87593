from django.urls import path

from bookme.services import views

urlpatterns = [
    path("service-categories/", views.Categories.as_view()),
    path("service-categories/<uuid:id>/", views.OneCategory.as_view()),
    path("services/", views.Services.as_view()),
    path("services/<uuid:id>/", views.OneService.as_view()),
    path("extras/", views.Extras.as_view()),
    path("extras/<uuid:id>/", views.OneExtra.as_view()),
    path("questions/", views.Questions.as_view()),
    path("questions/<uuid:id>/", views.OneQuestion.as_view()),
]
