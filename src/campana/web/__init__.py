"""HTTP: the pages, the REST API and what monitoring asks for. Calls the engine's services; knows no SQL and
no provider."""
