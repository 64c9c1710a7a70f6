"""People: how they come in, who they are in their account, and what they carry: passwords, second factors,
keys, one-time links. Knows nothing of HTTP; commands and the web call it alike."""
