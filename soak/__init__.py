"""An hour in which everything goes wrong that can: workers killed, the database restarted, the provider
failing, webhooks in storms. Afterwards the provider's ledger and ours have to agree to the last message."""
