"""Pages of accounts: `entering` for who is outside, `security` for who is inside, `second` for the second factor."""
