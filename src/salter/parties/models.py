"""People and companies as an institution knows them, their customer numbers, and who acts for them."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from salter.institutions.models import TenantModel
from salter.parties.types import Ground, PartyKind, Scope


class Party(TenantModel):
    """A natural person, a company or a branch of one, at one institution.

    `search_key` and `sort_key` come from `lib.searchkeys`; whoever writes `name` writes them too (`services`).
    """

    kind = models.CharField(max_length=10, choices=PartyKind.choices)
    name = models.CharField(max_length=200)
    sort_key = models.CharField(max_length=400, db_collation="C")
    search_key = models.CharField(max_length=600)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="branches")
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    city = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    mobile = models.CharField(max_length=30, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind="branch", parent__isnull=False) | (~Q(kind="branch") & Q(parent__isnull=True)),
                name="parties_party_branch_has_parent",
            ),
        ]
        indexes = [
            models.Index(fields=["institution", "sort_key", "id"], name="parties_party_sorted"),
            GinIndex(OpClass("search_key", name="gin_trgm_ops"), name="parties_party_search"),
        ]

    def __str__(self) -> str:
        return self.name


class PartyIdentifier(TenantModel):
    """A checked number of the party: JMBG, PIB, CNP… (`lib.identifiers`), normalised. Shown masked (RL-84)."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=20)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["party", "kind"], name="parties_identifier_one_per_kind"),
        ]
        indexes = [models.Index(fields=["institution", "kind", "value"], name="parties_identifier_value")]


class Customer(TenantModel):
    """A customer number of a party, with the supply point that it pays for."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="customers")
    number = models.CharField(max_length=30)
    supply_point = models.CharField(max_length=40, blank=True)
    meter_serial = models.CharField(max_length=40, blank=True)
    tariff_group = models.CharField(max_length=80, blank=True)
    # HMAC of the code printed on the last bill; the code itself is kept nowhere.
    activation_digest = models.CharField(max_length=64, blank=True)
    activation_expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "number"], name="parties_customer_number"),
        ]
        indexes = [
            models.Index(fields=["party"], name="parties_customer_party"),
            GinIndex(OpClass(Upper("number"), name="gin_trgm_ops"), name="parties_customer_search"),
        ]

    def __str__(self) -> str:
        return self.number


class Representation(TenantModel):
    """A person acts for a party, from–to, both days included; an open end runs until somebody ends it."""

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="representations")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="representations")
    scope = models.CharField(max_length=10, choices=Scope.choices)
    ground = models.CharField(max_length=20, choices=Ground.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(
                fields=["party", "user"], condition=Q(ends_on__isnull=True), name="parties_representation_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="parties_representation_order",
            ),
        ]
        indexes = [models.Index(fields=["user", "institution"], name="parties_representation_user")]


class LinkAttempt(TenantModel):
    """One try to link a customer number to a person, good or bad. Append-only; the limit counts here."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    customer_number = models.CharField(max_length=30)
    ground = models.CharField(max_length=20, choices=Ground.choices)
    succeeded = models.BooleanField()
    address = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["user", "institution", "-at"], name="parties_attempt_user"),
            models.Index(fields=["institution", "customer_number", "-at"], name="parties_attempt_number"),
        ]
