"""The seed event_mapping decides which event a stage becomes, and at which pixel; typos stop it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from airflow_provider_tiktok.events.names import LEGACY_EVENTS, REFUND_EVENT, TIKTOK_EVENTS
from tests.dbt.user_tables import create_user_tables, insert

if TYPE_CHECKING:
    import psycopg

    from tests.dbt.dbt_project import DbtProject

NO_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
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
IN_SET = f"""
insert into {MAPPING}
    (conversion_type, buyer_rule, event, event_source, event_source_id, is_goal, is_enabled)
values (%s, 'any', %s, 'crm', %s, false, true)
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
    renamed = project.compiled("{{ tiktok.renamed_events() | tojson }}")
    assert json.loads(renamed) == {old: new for old, new in LEGACY_EVENTS.items() if old != new}


def routing_of(project: DbtProject) -> str:
    """Build the routing and return what it said in one line; empty when all is well."""
    outcome = project.build("--select", "int_event_mapping_expanded", *NO_TESTS)
    return " ".join(outcome.messages.get("int_event_mapping_expanded", "").split())


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
    message = routing_of(seeded)
    for sentence in (
        "conversion_type order: event CompletPayment is none of TikTok's events (AddPaymentInfo, ",
        "or add it to var custom_events if it is an event of your own.",
        "conversion_type offer_clicked: event click_button is not TikTok's spelling: write Click",
        "conversion_type refund: event CancelOrder is a custom event, and TikTok takes standard",
    ):
        assert sentence in message


def test_rules_that_send_one_event_twice_stop_the_routing(
    seeded: DbtProject, connection: psycopg.Connection
) -> None:
    """Old and new name, one name twice, another name for refunds; and what is no repetition."""
    for rule in (
        # The seed has CompletePayment for all pixels.
        ("order", None, "new", "Purchase", True),
        ("lead_sold", US, "any", "Lead", True),
        ("lead_sold", US, "returning", "SubmitForm", True),
        ("refund", INDIA, "any", "CancelOrder", True),
        ("refund", INDIA, "new", "CancelOrder", True),
        ("refund", EUROPE, "any", "Purchase", True),
        ("refund", EUROPE, "any", "Money back", True),
        # Not these: they exclude each other, are switched off, or are of another pixel.
        ("form_submitted", US, "new", "SubmitForm", True),
        ("form_submitted", US, "returning", "Lead", True),
        ("offer_clicked", None, "any", "ClickButton", False),
        ("offer_converted", US, "any", "Subscribe", True),
    ):
        connection.execute(RULE, rule)
    seeded.variables = {"custom_events": ["Money back"]}
    message = routing_of(seeded)
    one_event = "are one event to TikTok, an old name and today's, so its rows would be set aside"
    for sentence in (
        "conversion_type refund: event Purchase is not what a refund is sent as: write CancelOrder",
        "conversion_type refund: event Money back is not what a refund is sent as: write Cancel",
        f"conversion_type lead_sold, pixel {US}: Lead and SubmitForm {one_event}",
        f"conversion_type order, all pixels: CompletePayment and Purchase {one_event}",
        f"conversion_type refund, pixel {INDIA}: two rules send CancelOrder, so its rows would be",
        "Keep one rule, set is_enabled of the other to false, or give one buyer_rule new",
    ):
        assert sentence in message
    assert message.count(" - event_mapping") == 5


def test_an_event_may_go_to_a_pixel_and_to_event_sets(
    seeded: DbtProject, connection: psycopg.Connection
) -> None:
    for conversion_type, event in (("order", "Purchase"), ("refund", "CancelOrder")):
        for event_set in ("71", "72"):
            connection.execute(IN_SET, [conversion_type, event, event_set])
    assert routing_of(seeded) == ""


def test_names_of_ones_own_may_have_digits(
    seeded: DbtProject, connection: psycopg.Connection
) -> None:
    connection.execute(RULE, ("lead_sold", None, "any", "Lead_2", True))
    seeded.variables = {"custom_events": ["Lead_2"]}
    assert routing_of(seeded) == ""


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
