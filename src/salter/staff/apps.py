from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "salter.staff"

    def ready(self) -> None:
        from salter.pages.counts import Count, register_count
        from salter.staff.access import memberships_here

        register_count(Count("staff.memberships", memberships_here))
