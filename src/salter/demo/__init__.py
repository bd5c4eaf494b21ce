"""The demonstration: a gas distributor with customers, bills, payments, cases, and people to sign in as.

Everything goes through the doors of the apps: the registers are written as files such as a back office hands over, and
loaded by the one import engine. Nothing here is read unless SALTER_DEMO is on.
"""
