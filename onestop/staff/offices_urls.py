"""Addresses of the organisation, below offices/."""

from django.urls import path

from onestop.staff import committees_views as committees
from onestop.staff import offices_views as offices
from onestop.staff import partners_views as partners
from onestop.staff import staffing_views as staffing

urlpatterns = [
    path("", offices.office_list, name="offices"),
    path("new/", offices.new_office, name="new-office"),
    path("officers/", offices.officer_list, name="officers"),
    path("committees/", committees.committee_list, name="committees"),
    path("committees/new/", committees.new_committee, name="new-committee"),
    path("committees/<uuid:pk>/", committees.committee, name="committee"),
    path("committees/<uuid:pk>/change/", committees.edit_committee, name="edit-committee"),
    path("committees/<uuid:pk>/take-out/", committees.void_committee, name="void-committee"),
    path("committees/<uuid:pk>/members/new/", committees.member, name="new-member"),
    path("committees/<uuid:pk>/members/<uuid:number>/", committees.member, name="member"),
    path("committees/<uuid:pk>/members/<uuid:number>/take-out/", committees.void_member, name="void-member"),
    path("partners/", partners.partner_list, name="partners"),
    path("partners/new/", partners.partner, name="new-partner"),
    path("partners/<uuid:pk>/", partners.partner, name="partner"),
    path("partners/<uuid:pk>/take-out/", partners.void_partner, name="void-partner"),
    path("set-up/", staffing.staffing, name="staffing"),
    path("set-up/workbook/", staffing.staffing_template, name="staffing-template"),
    path("set-up/<uuid:pk>/", staffing.staffing_sheet, name="staffing-sheet"),
    path("set-up/<uuid:pk>/save/", staffing.save_staffing, name="save-staffing"),
    path("set-up/<uuid:pk>/forget/", staffing.give_up_staffing, name="give-up-staffing"),
    path("<uuid:pk>/", offices.office, name="office"),
    path("<uuid:pk>/change/", offices.edit_office, name="edit-office"),
    path("<uuid:pk>/open/", offices.open_office, name="open-office"),
    path("<uuid:pk>/close/", offices.close_office, name="close-office"),
    path("<uuid:pk>/take-out/", offices.void_office, name="void-office"),
    path("<uuid:pk>/settings/<slug:key>/", offices.choose_setting, name="choose-setting"),
]
