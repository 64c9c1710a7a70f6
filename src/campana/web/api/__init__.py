"""The REST API, /api/v1: each route reads its words, asks a service and shows what it said."""
