import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
from django.contrib import admin
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.shortcuts import render
from django.urls import include, path
from rest_framework import routers, serializers, viewsets


def home(request):
    return render(request, "home.html", {"name": "x", "when": 1234567.5})


def api():
    from shop.models import Item

    class Shape(serializers.ModelSerializer):
        class Meta:
            model = Item
            fields = ["id", "title"]

    class Items(viewsets.ModelViewSet):
        queryset = Item.objects.all()
        serializer_class = Shape

    router = routers.DefaultRouter()
    router.register("items", Items)
    return router.urls


application = get_wsgi_application()
urlpatterns = [
    path("", home),
    path("json", lambda request: JsonResponse({"a": 1})),
    path("admin/", admin.site.urls),
    path("api/", include(api())),
    path("api-auth/", include("rest_framework.urls")),
]
