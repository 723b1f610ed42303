"""The seed event_mapping decides which event a stage becomes, and at which pixel; typos stop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.events.names import REFUND_EVENT, TIKTOK_EVENTS
from tests.dbt.user_tables import create_user_tables, insert

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

MAPPING = "analytics_intermediate.event_mapping"
US, INDIA, EUROPE = "CUS00000000000000001", "CIN00000000000000001", "CEU00000000000000001"
ROUTED = """
select event_id, event, event_source_id from analytics.exp_tiktok__conversion_events order by 1, 2
"""
RULE = f"""
insert into {MAPPING}
    (conversion_type, pixel_code, buyer_rule, event, event_source, is_goal, is_enabled)
values (%s, %s, %s, %s, 'web', false, %s)
"""  # noqa: S608 - our own name


@pytest.fixture
def seeded(project: DbtProject, connection: psycopg.Connection) -> DbtProject:
    """The project with its seeds in an empty warehouse."""
    create_user_tables(connection)
    project.run("seed")
    return project


def test_the_models_know_the_names_that_the_provider_knows(project: DbtProject) -> None:
    compiled = project.compiled("{{ tiktok.tiktok_event_names() | join(' ') }}")
    assert set(compiled.split()) == TIKTOK_EVENTS | {REFUND_EVENT}


def test_unknown_names_stop_the_routing_and_each_says_what_to_write(
    seeded: DbtProject, connection: psycopg.Connection
) -> None:
    for conversion_type, event, source in (
        ("order", "CompletPayment", "web"),
        ("offer_clicked", "click_button", "web"),
        ("refund", "CancelOrder", "offline"),
    ):
        connection.execute(
            f"update {MAPPING} set event = %s, event_source = %s where conversion_type = %s",  # noqa: S608 - our own name
            [event, source, conversion_type],
        )
    outcome = seeded.build("--select", "int_event_mapping_expanded")
    assert outcome.status["int_event_mapping_expanded"] == "error"
    message = " ".join(outcome.messages["int_event_mapping_expanded"].split())
    for sentence in (
        "conversion_type order: event CompletPayment is none of TikTok's events (AddPaymentInfo, ",
        "or add it to var custom_events if it is an event of your own.",
        "conversion_type offer_clicked: event click_button is not TikTok's spelling: write Click",
        "conversion_type refund: event CancelOrder is a custom event, and TikTok takes standard",
    ):
        assert sentence in message


def test_each_stage_becomes_its_event_at_the_pixel_of_its_site(
    seeded: DbtProject, connection: psycopg.Connection
) -> None:
    """Defaults, a rule of one pixel, a switch, a rule on the buyer, an event of one's own."""
    for rule in (
        ("order", INDIA, "any", "Purchase", True),
        ("order", INDIA, "new", "VIP first order", True),
        ("lead_sold", EUROPE, "any", "Lead", False),
    ):
        connection.execute(RULE, rule)
    sites = {"us": US, "in": INDIA, "eu": EUROPE}
    stages = ("form_submitted", "lead_sold", "offer_clicked", "offer_converted")
    for site in sites:
        page_url = f"https://{site}.northwind.example/page"
        insert(
            connection,
            "crm.lead_events",
            *(
                {"lead_event_id": f"{site}_{stage}", "stage": stage, "page_url": page_url}
                for stage in stages
            ),
        )
        insert(
            connection,
            "shop.orders",
            {"order_id": f"{site}_1", "page_url": page_url, "customer_id": f"c_{site}"},
            {
                "order_id": f"{site}_2",
                "page_url": page_url,
                "customer_id": f"c_{site}",
                "ordered_at": "2026-11-02 13:00:00+00",
            },
        )
    seeded.variables = {"custom_events": ["VIP first order"]}
    seeded.run("run", "--select", "+exp_tiktok__conversion_events")
    expected = [
        (f"lead_{site}_{stage}", event, pixel)
        for site, pixel in sites.items()
        for stage, event in zip(
            stages, ("SubmitForm", "CompleteRegistration", "ClickButton", "Subscribe"), strict=True
        )
        if (site, stage) != ("eu", "lead_sold")
    ]
    expected += [
        (f"ord_{site}_{n}", "CompletePayment", sites[site]) for site in ("us", "eu") for n in (1, 2)
    ]
    expected += [
        ("ord_in_1", "Purchase", INDIA),
        ("ord_in_1", "VIP first order", INDIA),
        ("ord_in_2", "Purchase", INDIA),
    ]
    assert sorted(seeded.rows(ROUTED)) == sorted(expected)
