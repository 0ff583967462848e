from __future__ import annotations

from django.urls import path

from governance.dictionary import api

api_urlpatterns = [
    path("dictionaries", api.DictionaryList.as_view(), name="api_dictionaries"),
    path("dictionaries/<slug:slug>", api.DictionaryDetails.as_view(), name="api_dictionary"),
    path("dictionaries/<slug:slug>/elements", api.ElementList.as_view(), name="api_dictionary_elements"),
    path("dictionaries/<slug:slug>/bindings", api.BindingList.as_view(), name="api_dictionary_bindings"),
    path("dictionaries/<slug:slug>/bindings/<str:public_id>/end", api.BindingEnd.as_view(), name="api_dictionary_binding_end"),
]
