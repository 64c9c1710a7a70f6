"""What the engine counts for monitoring. The registry comes from outside, so that tests and processes have
their own."""

from contextlib import suppress

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from campana.domain.campaigns import CampaignStatus
from campana.domain.outcomes import OutcomeKind


class InboxMetrics:
    """What comes back: posts, events, receipts that found their message late, questions asked."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.posts = Counter(
            "campana_webhook_posts_total", "Posts of providers that were stored.", registry=registry
        )
        self.events = Counter(
            "campana_webhook_events_total", "Events worked off, by kind.", ["kind"], registry=registry
        )
        self.late_receipts = Counter(
            "campana_receipts_late_total",
            "Receipts whose message was not known at first, by what became of them.",
            ["outcome"],
            registry=registry,
        )
        self.polls = Counter(
            "campana_status_polls_total",
            "Questions to the provider about silent messages, by answer.",
            ["answer"],
            registry=registry,
        )

    def worked_off(self, *, receipts: int, replies: int) -> None:
        """Count events of posts."""
        self.events.labels("receipt").inc(receipts)
        self.events.labels("reply").inc(replies)

    def looked_again(self, *, matched: int, inferred: int, dropped: int) -> None:
        """Count receipts that are kept aside no more."""
        for outcome, count in (("matched", matched), ("inferred", inferred), ("dropped", dropped)):
            self.late_receipts.labels(outcome).inc(count)


class Metrics:
    """Prometheus metrics of the engine; docs/operate.md explains each."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self.outcomes = Counter(
            "campana_message_outcomes_total", "Attempts to send, by outcome.", ["outcome"], registry=registry
        )
        self._by_kind = {kind: self.outcomes.labels(kind.value) for kind in OutcomeKind}
        self.latency = _latency(registry)
        self.lane_rate = Gauge(
            "campana_lane_rate_per_second",
            "Messages that left in the last second.",
            ["sender"],
            registry=registry,
        )
        self.lane_limit = Gauge(
            "campana_lane_limit_per_second", "The rate in force.", ["sender"], registry=registry
        )
        self.lanes_held = Gauge("campana_lanes_held", "Lanes this process holds.", registry=registry)
        self.in_flight = Gauge(
            "campana_messages_in_flight", "Requests that wait for the provider's answer.", registry=registry
        )
        self.scheduler_lag = _lag(registry)
        self.stopped = _stopped(registry)
        self.host_factor = Gauge(
            "campana_host_factor",
            "The part of each rate that a provider host allows.",
            ["host"],
            registry=registry,
        )
        self.lease_losses = Counter(
            "campana_lease_losses_total", "Lanes lost while they were in use.", registry=registry
        )
        self.lost_track = Counter(
            "campana_messages_lost_track_total",
            "Messages that became UNKNOWN because their sending process died or lost its lane.",
            registry=registry,
        )

        self.inbox = InboxMetrics(registry)

    def outcome(self, kind: OutcomeKind, seconds: float) -> None:
        """Count an attempt and how long its answer took."""
        self._by_kind[kind].inc()
        self.latency.observe(seconds)

    def forget_lane(self, sender: str) -> None:
        """Show no rate for a lane that this process does not hold any more."""
        for gauge in (self.lane_rate, self.lane_limit):
            with suppress(KeyError):
                gauge.remove(sender)


def _latency(registry: CollectorRegistry) -> Histogram:
    return Histogram(
        "campana_send_seconds",
        "Time from a message's departure to the provider's answer.",
        buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2, 5, 10, 20, 30),
        registry=registry,
    )


def _lag(registry: CollectorRegistry) -> Histogram:
    return Histogram(
        "campana_scheduler_lag_seconds",
        "From a campaign's scheduled time to its start.",
        buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 60, 600),
        registry=registry,
    )


def _stopped(registry: CollectorRegistry) -> Counter:
    """With its labels from the start: else Prometheus would not see the first one as a growth."""
    counter = Counter(
        "campana_campaigns_stopped_total",
        "Campaigns that the engine stopped, by what they became.",
        ["status"],
        registry=registry,
    )
    for status in (CampaignStatus.FAILED, CampaignStatus.PAUSED):
        counter.labels(status.value)
    return counter
