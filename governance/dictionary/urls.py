from __future__ import annotations

from django.urls import path

from governance.dictionary import api, views

urlpatterns = [
    path("dictionary/", views.dictionaries, name="dictionaries"),
    path("dictionary/<slug:slug>/", views.dictionary, name="dictionary"),
    path("dictionary/<slug:slug>/new/", views.element_new, name="element_new"),
    path("dictionary/<slug:slug>/elements/<str:key>/", views.element, name="element"),
    path("dictionary/<slug:slug>/elements/<str:key>/meaning/", views.meaning_new, name="meaning_new"),
    path("dictionary/<slug:slug>/elements/<str:key>/bind/", views.column_bind, name="column_bind"),
    path("dictionary/<slug:slug>/bindings/<str:public_id>/end/", views.binding_end, name="binding_end"),
]
api_urlpatterns = [
    path("dictionaries", api.DictionaryList.as_view(), name="api_dictionaries"),
    path("dictionaries/<slug:slug>", api.DictionaryDetails.as_view(), name="api_dictionary"),
    path("dictionaries/<slug:slug>/elements", api.ElementList.as_view(), name="api_dictionary_elements"),
    path("dictionaries/<slug:slug>/bindings", api.BindingList.as_view(), name="api_dictionary_bindings"),
    path("dictionaries/<slug:slug>/bindings/<str:public_id>/end", api.BindingEnd.as_view(), name="api_dictionary_binding_end"),
]
