from __future__ import annotations

from django.urls import path

from governance.people import api, views

urlpatterns = [
    path("settings/absence/", views.absence, name="people_absence"),
    path("settings/absence/<str:public_id>/end/", views.absence_end, name="people_absence_end"),
    path("settings/calendars/", views.calendar_list, name="people_calendars"),
    path("settings/calendars/<slug:slug>/", views.calendar, name="people_calendar"),
    path("people/<str:public_id>/leaving/", views.leaving, name="people_leaving"),
    path("people/<str:public_id>/training/", views.training, name="people_training"),
    path("settings/trainings/", views.training_rules, name="people_training_rules"),
    path("settings/teams/", views.teams, name="people_teams"),
    path("notices/", views.notice_list, name="people_notices"),
    path("notices/read/", views.notices_read, name="people_notices_read"),
    path("notices/<str:public_id>/", views.notice_open, name="people_notice"),
]

api_urlpatterns = [
    path("users", api.UserList.as_view(), name="api_users"),
    path("teams", api.TeamList.as_view(), name="api_teams"),
    path("teams/<slug:slug>/members", api.TeamMembers.as_view(), name="api_team_members"),
    path("trainings", api.TrainingRuleList.as_view(), name="api_trainings"),
    path("trainings/<str:public_id>/end", api.TrainingRuleEnd.as_view(), name="api_training_end"),
    path("training-records", api.TrainingRecordList.as_view(), name="api_training_records"),
    path("training-records/<str:public_id>/withdraw", api.TrainingRecordWithdraw.as_view(), name="api_training_record_withdraw"),
    path("delegations", api.DelegationList.as_view(), name="api_delegations"),
    path("delegations/<str:public_id>/end", api.DelegationEnd.as_view(), name="api_delegation_end"),
    path("calendars", api.CalendarList.as_view(), name="api_calendars"),
    path("notices", api.NoticeList.as_view(), name="api_notices"),
    path("notices/read", api.NoticesRead.as_view(), name="api_notices_read"),
]
