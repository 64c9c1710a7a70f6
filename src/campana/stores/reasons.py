"""Codes and reasons that stores themselves give messages, the same in every database."""

SUPPRESSED_CODE = "suppressed"
SUPPRESSED_REASON = "the number is on the suppression list"

ERASED_CODE = "erased"

LOST_TRACK_CODE = "lost_track"
LOST_TRACK_REASON = (
    "the sending process died or lost its lane while this message was on its way; it may have gone out"
)

DUPLICATE_CODE = "duplicate_id"
DUPLICATE_REASON = "the provider gave it the id of another message, so receipts for it cannot be told apart"
