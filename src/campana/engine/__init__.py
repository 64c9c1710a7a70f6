"""What Campana does: campaigns, imports, the scheduler, lanes and their pace. Knows no SQL, no HTTP, no
framework."""
