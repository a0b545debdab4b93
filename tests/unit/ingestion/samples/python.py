"""Accounts and what may happen to them."""

import functools
from decimal import Decimal

LIMIT = Decimal("100.00")


def audited(action):
    """Write every call to the audit log."""

    @functools.wraps(action)
    def wrapper(*args, **kwargs):
        log(action.__name__)
        return action(*args, **kwargs)

    return wrapper


class Account:
    """A balance that never drops below zero.

    Money is kept as Decimal.
    """

    currency = "EUR"

    def __init__(self, owner: str, balance: Decimal = Decimal(0)) -> None:
        self.owner = owner
        self.balance = balance

    # Guarded by the audit log.
    @audited
    def withdraw(
        self,
        amount: Decimal,
    ) -> Decimal:
        r'''Take *amount* out, or raise.'''
        if amount > self.balance:
            raise ValueError(amount)
        self.balance -= amount
        return self.balance

    @property
    async def history(self): return []


if __name__ == "__main__":
    main()
