"""Pages of the staff, under /SLUG/desk/. The converter `case_number` comes with the addresses of cases."""

from django.urls import include, path

from salter.desk import case_views, customers_views, institution_views, new_case_views, staff_views, work_views

app_name = "desk"
urlpatterns = [
    path("", work_views.work_list, name="work_list"),
    path("take-next", work_views.take_next, name="take_next"),
    path("cases/new", new_case_views.choose, name="choose_kind"),
    path("cases/new/<slug:kind>", new_case_views.new_case, name="new_case"),
    path("cases/<case_number:number>", case_views.case, name="case"),
    path("cases/<case_number:number>/answer", case_views.answer_case, name="answer"),
    path("cases/<case_number:number>/note", case_views.note, name="note"),
    path("cases/<case_number:number>/step", case_views.step, name="step"),
    path("cases/<case_number:number>/assign", case_views.assign, name="assign"),
    path("cases/<case_number:number>/take", case_views.take, name="take"),
    path("cases/<case_number:number>/extend", case_views.extend, name="extend"),
    path("cases/<case_number:number>/receipt.pdf", case_views.receipt, name="receipt"),
    path("cases/<case_number:number>/files/<uuid:attachment>", case_views.attachment, name="attachment"),
    path("customers/", customers_views.customers, name="customers"),
    path("customers/<uuid:party>", customers_views.customer, name="customer"),
    path("customers/<uuid:party>/cases/new", new_case_views.choose, name="choose_kind"),
    path("customers/<uuid:party>/cases/new/<slug:kind>", new_case_views.new_case, name="new_case"),
    path("customers/<uuid:party>/code/<uuid:customer>", customers_views.activation_code, name="activation_code"),
    path("customers/<uuid:party>/people/new", customers_views.link_person, name="link_person"),
    path(
        "customers/<uuid:party>/people/<uuid:representation>/end", customers_views.unlink_person, name="unlink_person"
    ),
    path("trail/", customers_views.trail_list, name="trail"),
    path("imports/", include("salter.desk.imports_urls")),
    path("institution/", institution_views.names, name="institution"),
    path("institution/look", institution_views.look, name="look"),
    path("institution/contacts", institution_views.contacts, name="contacts"),
    path("institution/modules", institution_views.modules, name="modules"),
    path("institution/hours", institution_views.hours, name="hours"),
    path("institution/hours/week", institution_views.week, name="week"),
    path("institution/hours/week/remove", institution_views.remove_week, name="remove_week"),
    path("institution/hours/closures", institution_views.add_closure, name="add_closure"),
    path("institution/hours/closures/<uuid:closure>/remove", institution_views.remove_closure, name="remove_closure"),
    path("staff/", staff_views.people, name="staff"),
    path("staff/new", staff_views.employ, name="employ"),
    path("staff/<uuid:membership>", staff_views.membership, name="membership"),
    path("staff/<uuid:membership>/end", staff_views.end, name="end_membership"),
    path("staff/units", staff_views.units, name="units"),
    path("staff/units/<uuid:unit>", staff_views.unit, name="unit"),
]
