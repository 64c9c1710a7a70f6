"""Notices to people: what is wrong is told once when it begins, once a day while it lasts, once when it is
over; in few letters, however much goes wrong."""
