"""What people say about being messaged: their replies, their opt-outs, and what follows from both."""
