"""The KBO Open Data extract in our own database: names, forms, situations and seats of every active enterprise.

Two slots stand beside each other; one row says which is in use. Functions and persons are not in the extract.
"""
