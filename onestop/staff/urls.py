"""Addresses of this room."""

from django.urls import include, path

from onestop.staff import accounts_own_views as own
from onestop.staff import accounts_views as accounts
from onestop.staff import signing_in_views as door

app_name = "staff"
urlpatterns = [
    path("sign-in/", door.sign_in, name="sign-in"),
    path("sign-in/code/", door.code, name="code"),
    path("sign-in/own-password/", door.first_password, name="first-password"),
    path("sign-in/telephone/", door.second_factor, name="second-factor"),
    path("sign-out/", door.sign_out, name="sign-out"),
    path("my-account/", own.my_account, name="my-account"),
    path("my-account/password/", own.my_password, name="my-password"),
    path("my-account/telephone/", own.my_factor, name="my-factor"),
    path("my-account/recovery-codes/", own.my_codes, name="my-codes"),
    path("my-account/sessions/end/", own.end_other_sessions, name="end-other-sessions"),
    path("my-account/sessions/<uuid:number>/end/", own.end_session, name="end-session"),
    path("my-account/show-again/", own.prove, name="prove"),
    path("kept/<uuid:key>/", own.kept, name="kept"),
    path("kept/<uuid:key>/all/", own.kept_plain, name="kept-plain"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/new/", accounts.new_account, name="new-account"),
    path("accounts/<uuid:pk>/", accounts.account, name="account"),
    path("accounts/<uuid:pk>/names/", accounts.change, name="change-account"),
    path("accounts/<uuid:pk>/supervisor/", accounts.put_under, name="put-under"),
    path("accounts/<uuid:pk>/suspend/", accounts.suspend, name="suspend-account"),
    path("accounts/<uuid:pk>/reopen/", accounts.reopen, name="reopen-account"),
    path("accounts/<uuid:pk>/telephone/remove/", accounts.remove_factor, name="remove-factor"),
    path("accounts/<uuid:pk>/first-password/", accounts.give_first_password, name="give-first-password"),
    path("accounts/<uuid:pk>/sessions/end/", accounts.end_sessions, name="end-sessions"),
    path("accounts/<uuid:pk>/roles/", accounts.give_role, name="give-role"),
    path("accounts/<uuid:pk>/roles/<uuid:role>/end/", accounts.end_role, name="end-role"),
    path("offices/", include("onestop.staff.offices_urls")),
    path("emergency/", include("onestop.staff.glass_urls")),
    path("", include("onestop.staff.work_urls")),
]
