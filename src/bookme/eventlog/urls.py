from django.urls import path

from bookme.eventlog.views import FeedView

urlpatterns = [path("events/", FeedView.as_view(), name="events")]
