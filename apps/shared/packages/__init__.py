"""Packages as both sites understand them: names, orders of versions, licences, bills of materials.

Without Django; the facts of each ecosystem come from packageurl-python, univers and
license-expression.
"""
