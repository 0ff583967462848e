from __future__ import annotations

from django.urls import path

from governance.dictionary import api, views

urlpatterns = [
    path("dictionary/", views.dictionaries, name="dictionaries"),
    path("dictionary/features/", views.features, name="features"),
    path("datasets/", views.datasets, name="datasets"),
    path("datasets/<str:public_id>/", views.dataset, name="dataset"),
    path("datasets/<str:public_id>/describe/", views.dataset_describe, name="dataset_describe"),
    path("datasets/<str:public_id>/versions/", views.dataset_version_add, name="dataset_version_add"),
    path("datasets/<str:public_id>/versions/<int:number>/", views.dataset_version, name="dataset_version"),
    path(
        "datasets/<str:public_id>/versions/<int:before>/compare/<int:after>/", views.dataset_difference, name="dataset_difference"
    ),
    path("use-cases/<slug:slug>/dictionary/data-use/", views.data_uses, name="data_uses"),
    path("use-cases/<slug:slug>/dictionary/data-use/<str:public_id>/", views.data_use, name="data_use"),
    path("use-cases/<slug:slug>/dictionary/data-use/<str:public_id>/over/", views.data_use_over, name="data_use_over"),
    path("dictionary/<slug:slug>/", views.dictionary, name="dictionary"),
    path("dictionary/<slug:slug>/new/", views.element_new, name="element_new"),
    path("dictionary/<slug:slug>/elements/<str:key>/", views.element, name="element"),
    path("dictionary/<slug:slug>/elements/<str:key>/meaning/", views.meaning_new, name="meaning_new"),
    path("dictionary/<slug:slug>/elements/<str:key>/bind/", views.column_bind, name="column_bind"),
    path("dictionary/<slug:slug>/print/", views.printable, name="dictionary_print"),
    path("dictionary/<slug:slug>/dictionary.xlsx", views.workbook, name="dictionary_workbook"),
    path("dictionary/<slug:slug>/elements/<str:key>/uses/", views.element_uses, name="element_uses"),
    path("dictionary/<slug:slug>/elements/<str:key>/side-by-side/", views.side_by_side, name="side_by_side"),
    path("dictionary/<slug:slug>/elements/<str:key>/aliases/", views.alias_add, name="alias_add"),
    path("dictionary/<slug:slug>/aliases/<str:public_id>/end/", views.alias_end, name="alias_end"),
    path("dictionary/<slug:slug>/elements/<str:key>/steward/", views.steward, name="element_steward"),
    path("dictionary/<slug:slug>/bind/", views.bind, name="bind"),
    path("dictionary/<slug:slug>/imports/", views.import_files, name="import_files"),
    path("dictionary/<slug:slug>/imports/<str:public_id>/", views.import_file_run, name="import_file_run"),
    path("dictionary/<slug:slug>/export/", views.export_files, name="export_files"),
    path("dictionary/<slug:slug>/export/file", views.export_file, name="export_file"),
    path("dictionary/<slug:slug>/copies/", views.copies, name="copies"),
    path("dictionary/<slug:slug>/copies/<str:public_id>/end/", views.copy_end, name="copy_end"),
    path("dictionary/<slug:slug>/legend.json", views.legend_file, name="legend_file"),
    path("dictionary/<slug:slug>/bindings/<str:public_id>/end/", views.binding_end, name="binding_end"),
    path("dictionary/<slug:slug>/proposals/", views.proposals, name="proposals"),
    path("dictionary/<slug:slug>/proposals/new/", views.proposal_new, name="proposal_new"),
    path("dictionary/<slug:slug>/proposals/<str:public_id>/", views.proposal, name="proposal"),
    path("dictionary/<slug:slug>/proposals/<str:public_id>/commands/", views.proposal_command, name="proposal_command"),
    path("dictionary/<slug:slug>/releases/", views.releases, name="releases"),
    path("dictionary/<slug:slug>/releases/<int:number>/", views.release, name="release"),
    path(
        "dictionary/<slug:slug>/releases/<int:before>/compare/<int:after>/", views.release_difference, name="release_difference"
    ),
]
api_urlpatterns = [
    path("dictionaries", api.DictionaryList.as_view(), name="api_dictionaries"),
    path("dictionaries/<slug:slug>", api.DictionaryDetails.as_view(), name="api_dictionary"),
    path("dictionaries/<slug:slug>/elements", api.ElementList.as_view(), name="api_dictionary_elements"),
    path("dictionaries/<slug:slug>/elements/<str:key>", api.ElementDetails.as_view(), name="api_dictionary_element"),
    path("dictionaries/<slug:slug>/elements/<str:key>/aliases", api.AliasList.as_view(), name="api_dictionary_aliases"),
    path("dictionaries/<slug:slug>/aliases/<str:public_id>/end", api.AliasEnd.as_view(), name="api_dictionary_alias_end"),
    path("dictionaries/<slug:slug>/proposals", api.ProposalList.as_view(), name="api_dictionary_proposals"),
    path("dictionaries/<slug:slug>/proposals/<str:public_id>", api.ProposalDetails.as_view(), name="api_dictionary_proposal"),
    path(
        "dictionaries/<slug:slug>/proposals/<str:public_id>/changes", api.ProposalChanges.as_view(), name="api_dictionary_changes"
    ),
    path(
        "dictionaries/<slug:slug>/proposals/<str:public_id>/changes/<str:key>",
        api.ProposalChange.as_view(),
        name="api_dictionary_change",
    ),
    path("dictionaries/<slug:slug>/proposals/<str:public_id>/impact", api.ProposalImpact.as_view(), name="api_dictionary_impact"),
    path("dictionaries/<slug:slug>/compatibility", api.CompatibilityCheck.as_view(), name="api_dictionary_compatibility"),
    path("dictionaries/<slug:slug>/proposals/<str:public_id>/rebase", api.ProposalRebase.as_view(), name="api_dictionary_rebase"),
    path("dictionaries/<slug:slug>/proposals/<str:public_id>/split", api.ProposalSplit.as_view(), name="api_dictionary_split"),
    path(
        "dictionaries/<slug:slug>/proposals/<str:public_id>/withdraw",
        api.ProposalWithdraw.as_view(),
        name="api_dictionary_proposal_withdraw",
    ),
    path("dictionaries/<slug:slug>/releases", api.ReleaseList.as_view(), name="api_dictionary_releases"),
    path("dictionaries/<slug:slug>/releases/<int:number>", api.ReleaseDetails.as_view(), name="api_dictionary_release"),
    path(
        "dictionaries/<slug:slug>/releases/<int:before>/compare/<int:after>",
        api.ReleaseDifference.as_view(),
        name="api_dictionary_releases_compare",
    ),
    path("dictionaries/<slug:slug>/resembling", api.Resembling.as_view(), name="api_dictionary_resembling"),
    path("datasets", api.DatasetList.as_view(), name="api_datasets"),
    path("datasets/<str:public_id>", api.DatasetDetails.as_view(), name="api_dataset"),
    path("datasets/<str:public_id>/versions", api.DatasetVersionList.as_view(), name="api_dataset_versions"),
    path("datasets/<str:public_id>/versions/<int:number>", api.DatasetVersionDetails.as_view(), name="api_dataset_version"),
    path("datasets/<str:public_id>/versions/<int:number>/files", api.DatasetVersionFiles.as_view(), name="api_dataset_files"),
    path(
        "datasets/<str:public_id>/versions/<int:before>/compare/<int:after>",
        api.DatasetDifference.as_view(),
        name="api_dataset_versions_compare",
    ),
    path("use-cases/<slug:slug>/data-uses", api.DataUseList.as_view(), name="api_data_uses"),
    path("data-uses/<str:public_id>", api.DataUseDetails.as_view(), name="api_data_use"),
    path("data-uses/<str:public_id>/withdraw", api.DataUseWithdraw.as_view(), name="api_data_use_withdraw"),
    path("data-uses/<str:public_id>/end", api.DataUseEnd.as_view(), name="api_data_use_end"),
    path("dictionaries/<slug:slug>/import", api.DictionaryFileImport.as_view(), name="api_dictionary_import"),
    path(
        "dictionaries/<slug:slug>/imports/<str:public_id>",
        api.DictionaryImportDetails.as_view(),
        name="api_dictionary_import_details",
    ),
    path("dictionaries/<slug:slug>/export", api.DictionaryFileExport.as_view(), name="api_dictionary_export"),
    path("dictionaries/<slug:slug>/legend", api.DictionaryLegend.as_view(), name="api_dictionary_legend"),
    path("legends/check", api.LegendCheck.as_view(), name="api_legends_check"),
    path("dictionaries/<slug:slug>/copies", api.CopyList.as_view(), name="api_dictionary_copies"),
    path("dictionaries/<slug:slug>/copies/<str:public_id>/end", api.CopyEnd.as_view(), name="api_dictionary_copy_end"),
    path(
        "dictionaries/<slug:slug>/bindings/proposals", api.BindingProposals.as_view(), name="api_dictionary_binding_proposals"
    ),
    path("dictionaries/<slug:slug>/bindings", api.BindingList.as_view(), name="api_dictionary_bindings"),
    path("dictionaries/<slug:slug>/bindings/<str:public_id>/end", api.BindingEnd.as_view(), name="api_dictionary_binding_end"),
]
