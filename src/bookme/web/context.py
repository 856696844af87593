from django.http import HttpRequest


def business(request: HttpRequest) -> dict[str, object]:
    return {"tenant": getattr(request, "tenant", None)}
