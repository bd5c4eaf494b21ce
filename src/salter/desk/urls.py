"""Pages of the staff, under /SLUG/desk/."""


from django.urls import path

from salter.desk import cases_views, customers_views

app_name = "desk"
urlpatterns = [
    path("", cases_views.work_list, name="work_list"),
    path("cases/<str:number>/", cases_views.case, name="case"),
    path("cases/<str:number>/answer", cases_views.answer_case, name="answer"),
    path("cases/<str:number>/note", cases_views.note, name="note"),
    path("cases/<str:number>/step", cases_views.step, name="step"),
    path("cases/<str:number>/assign", cases_views.assign, name="assign"),
    path("cases/<str:number>/take", cases_views.take, name="take"),
    path("cases/<str:number>/extend", cases_views.extend, name="extend"),
    path("cases/<str:number>/receipt", cases_views.receipt, name="receipt"),
    path("cases/<str:number>/files/<uuid:attachment>", cases_views.attachment, name="attachment"),
    path("customers/", customers_views.customers, name="customers"),
    path("customers/<uuid:party>/", customers_views.customer, name="customer"),
    path("customers/<uuid:party>/cases/new", cases_views.new_case, name="new_case"),
    path("customers/<uuid:party>/code/<uuid:customer>", customers_views.activation_code, name="activation_code"),
    path("trail/", customers_views.trail_list, name="trail"),
]
