"""The admin: its frame, its index, and the accounts and schedules that both sites show."""
