"""The staff's side of the window: work list, case, customer file, trail, and the administration of the counter.

Owns no data. Every page is behind `staff.access.staff_page`; what a clerk opens of a person is recorded with a purpose.
"""
