"""The commands about events: look at them, try them out, send them again, keep less of them."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, datetime

from airflow.cli.cli_config import ActionCommand, lazy_load_command, positive_int

from airflow_provider_tiktok.cli.options import CONNECTIONS, option


def utc_time(text: str) -> datetime:
    """Return an ISO 8601 time; without a zone it is in UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is no time; write 2026-11-01 or 2026-11-01T12:00:00+00:00"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


NUMBER = positive_int(allow_zero=False)  # type: ignore[no-untyped-call]
EVENT_IDS = option(
    "--event-id",
    dest="event_ids",
    metavar="ID",
    nargs="+",
    text="these events only, such as ord_1001",
)
PIXEL = option("--pixel", metavar="CODE", text="of this pixel code (or event set id) only")
RELATION = option(
    "--relation",
    metavar="SCHEMA.NAME",
    text="the export view to read (default: both of the dbt project's)",
)
YES = option("--yes", action="store_true", text="do it; without this, say what would be done")
STATES = ("delivered", "quarantined", "suppressed", "expired", "expired_unknown")

EVENT_COMMANDS = (
    ActionCommand(
        name="preview",
        help="Show what events would be sent as, hashed, and send nothing",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_preview.preview"),
        args=(
            *CONNECTIONS,
            EVENT_IDS,
            RELATION,
            option(
                "--limit",
                metavar="N",
                type=NUMBER,
                default=3,
                text="so many of the newest (default: 3)",
            ),
            option(
                "--count",
                action="store_true",
                text="count what the next run would enqueue, set aside and refuse, and write "
                "nothing",
            ),
        ),
    ),
    ActionCommand(
        name="send-test",
        help="Send events to the Test Events tab of Events Manager, where nothing is counted",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_preview.send_test"),
        args=(
            *CONNECTIONS,
            option("test_event_code", metavar="CODE", text="from the tab, such as TEST12345"),
            EVENT_IDS,
            RELATION,
            option(
                "--limit",
                metavar="N",
                type=NUMBER,
                default=10,
                text="so many of the newest (default: 10)",
            ),
        ),
    ),
    ActionCommand(
        name="receipt",
        help="Show what became of events: every attempt, TikTok's answers, what was withheld",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_receipts.receipt"),
        args=(
            *CONNECTIONS,
            option("event_ids", metavar="ID", nargs="+", text="event ids, such as ord_1001"),
            PIXEL,
            option("--payload", action="store_true", text="show what was sent, too"),
        ),
    ),
    ActionCommand(
        name="quarantine",
        help="List the events that were set aside, each with the reason and what to do",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_receipts.quarantine"),
        args=(
            *CONNECTIONS,
            PIXEL,
            option("--reason", metavar="CODE", text="set aside for this reason only"),
            option(
                "--state",
                dest="states",
                nargs="+",
                choices=STATES[1:],
                default=["quarantined"],
                text="events that ended so (default: quarantined)",
            ),
            option("--limit", metavar="N", type=NUMBER, default=20, text="so many (default: 20)"),
        ),
    ),
    ActionCommand(
        name="replay",
        help="Send ended events again; says first how many, and does it with --yes",
        description="Let events that have ended wait for delivery again; the next run of "
        "tiktok_events sends them. Each goes as its export row said at the last enqueue, a "
        "delivered one as it was sent. Without --yes it only counts.",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_replay.replay_events"),
        args=(
            *CONNECTIONS,
            EVENT_IDS,
            option("--state", dest="states", nargs="+", choices=STATES, text="that ended so"),
            option("--reason", dest="reasons", metavar="CODE", nargs="+", text="for this reason"),
            option("--event", metavar="NAME", text="of this name, such as CompletePayment"),
            PIXEL,
            option("--since", metavar="TIME", type=utc_time, text="that happened then or later"),
            option("--until", metavar="TIME", type=utc_time, text="that happened before"),
            option("--run-id", metavar="RUN", text="that this run of a DAG sent"),
            option(
                "--past-48-hours",
                dest="past_horizon",
                action="store_true",
                text="send also what TikTok may have and would count a second time, because it "
                "left more than 47 hours ago",
            ),
            YES,
        ),
    ),
    ActionCommand(
        name="forget",
        help="Remove everything that a person's events say, and take none in again",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_care.forget_people"),
        args=(
            *CONNECTIONS,
            option(
                "--subject",
                dest="subject_keys",
                metavar="KEY",
                nargs="+",
                text="the people's values of subject_key in the export views",
            ),
            option(
                "--event-id",
                dest="event_ids",
                metavar="ID",
                nargs="+",
                text="the people whose events these are",
            ),
            YES,
        ),
    ),
    ActionCommand(
        name="retain",
        help="Remove payloads and receipts that are older than their retention time",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_care.retain_events"),
        args=CONNECTIONS,
    ),
    ActionCommand(
        name="pause",
        help="Let the events of a pixel wait until it is resumed",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_care.pause_pixel"),
        args=(*CONNECTIONS, option("pixel", metavar="CODE", text="pixel code or event set id")),
    ),
    ActionCommand(
        name="resume",
        help="Let a pixel go on that was paused, or that TikTok refused until you put it right",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_care.resume_pixel"),
        args=(*CONNECTIONS, option("pixel", metavar="CODE", text="pixel code or event set id")),
    ),
    ActionCommand(
        name="alerts",
        help="Say what is wrong with the delivery of events; exits with 1 when something is",
        func=lazy_load_command("airflow_provider_tiktok.cli.event_care.show_alerts"),
        args=CONNECTIONS,
    ),
)
