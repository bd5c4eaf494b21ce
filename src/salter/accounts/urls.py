"""Addresses under /account/. None of allauth's own pages is routed; the names that its flows ask for lead to ours."""

from django.urls import include, path

from salter.accounts.views import entering, second, security

_own = [
    path("", security.start, name="start"),
    path("sign-in", entering.sign_in, name="sign_in"),
    path("sign-in/code", entering.second_factor, name="second_factor"),
    path("sign-out", entering.sign_out, name="sign_out"),
    path("sign-up", entering.sign_up, name="sign_up"),
    path("sign-up/code", entering.sign_up_code, name="sign_up_code"),
    path("forgotten", entering.forgotten, name="forgotten"),
    path("forgotten/code", entering.forgotten_code, name="forgotten_code"),
    path("forgotten/password", entering.new_password, name="new_password"),
    path("security", security.security, name="security"),
    path("sign-ins", security.sign_ins, name="sign_ins"),
    path("sessions/end", security.end_sessions, name="end_sessions"),
    path("not-me", security.not_me, name="not_me"),
    path("prove", security.prove, name="prove"),
    path("password", security.password, name="password"),
    path("email", security.email, name="email"),
    path("email/code", security.email_code, name="email_code"),
    path("mobile", security.mobile, name="mobile"),
    path("mobile/code", security.mobile_code, name="mobile_code"),
    path("landline", security.landline, name="landline"),
    path("language", security.language, name="language"),
    path("second-factor/on", second.switch_on, name="second_factor_on"),
    path("second-factor/off", second.switch_off, name="second_factor_off"),
    path("recovery-codes", second.recovery_codes, name="recovery_codes"),
    path("recovery-codes.txt", second.download, name="recovery_codes_file"),
]

urlpatterns = [
    path("", include((_own, "accounts"))),
    path("sign-in", entering.sign_in, name="account_login"),
    path("sign-in/code", entering.second_factor, name="mfa_authenticate"),
    path("sign-out", entering.sign_out, name="account_logout"),
    path("prove", security.prove, name="account_reauthenticate"),
]
