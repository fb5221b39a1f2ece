"""Other people's clients, composers, gateways and suites, held against this service: `make conformance`.

A row of the table is a function in `rows.py`. What speaks JavaScript stands in `clients/`, run by Node 20 with the
packages that `package-lock.json` pins; schemathesis has an environment of its own, for it pins what we pin otherwise.
"""
