"""The citizen's side of the counter: pages that combine what the apps below know.

Owns no data. The front page of a counter, one's own counters, linking a customer number, switching for whom one acts,
the customer's details, opening hours and contacts; and the adapter that sends the codes and notices of `accounts`.
"""
