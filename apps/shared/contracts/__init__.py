"""What passes between instances and Centralcloud: subjects, envelope, payloads; no Django.

``subjects`` is the message table, ``payloads`` has a model for each of its rows, ``event`` puts a
payload into a signed CloudEvent and takes it out again. The JSON Schemas under ``schemas`` and
the AsyncAPI document are made from these models.
"""
