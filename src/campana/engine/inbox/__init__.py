"""What comes back: posts of providers are stored as they come (intake), worked off after (working_off),
matched later where no message was known (matching), and what stays silent is asked about (polling)."""
