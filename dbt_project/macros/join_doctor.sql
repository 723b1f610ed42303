{#- The reasons of rpt_join_doctor and what to do about each, with your own parameter names. -#}
{% macro join_remedies() -%}
    {%- set parameters = var('campaign_id_parameter') ~ '=__CAMPAIGN_ID__&' ~ var('ad_group_id_parameter')
        ~ '=__AID__&' ~ var('ad_id_parameter') ~ '=__CID__' -%}
    {%- set remedies = {
        'macro_not_replaced': 'The URL reached the site with TikTok''s macro in it: a preview, or a macro misspelt. In TikTok Ads Manager set the URL parameters ' ~ parameters ~ '.',
        'id_is_not_a_number': 'Something else is in the parameter. Set the URL parameters ' ~ parameters ~ '.',
        'ad_id_missing': 'The URL has a ttclid and no ad. Set the URL parameters ' ~ parameters ~ '.',
        'ad_group_id_in_ad_id': 'TikTok''s __AID__ is the ad group; the ad is __CID__. Set the URL parameters ' ~ parameters ~ '.',
        'ad_of_another_account': 'No account of this connection has the ad. Grant its account to the app and import the accounts (DAG tiktok_accounts).',
        'near_midnight': 'The other side is on the day before or after: check that the account''s time zone in tiktok_raw.advertisers is the one Ads Manager shows.',
        'spend_not_pulled_yet': 'Spend of this day was not pulled yet; the next run of DAG tiktok_spend brings it.',
        'no_spend_reported': 'TikTok charged nothing: a click that it took back, or one shared outside the ad.',
        'no_click_at_tiktok': 'TikTok counted no click either: these were views.',
        'bots_only': 'Only bots and previews came with this ad (var bot_user_agents, macro is_unwanted_hit).',
        'url_without_macros': 'The landing page of the ad has no ' ~ var('ad_id_parameter') ~ '=__CID__. Set the URL parameters ' ~ parameters ~ '.',
        'ad_deleted': 'The ad is deleted and its landing page can no longer be seen.',
        'page_views_not_there_yet': 'There are no clicks of this day yet: check that web.page_views is loaded.',
        'visit_not_recorded': 'TikTok counted clicks and the site recorded none: blocked trackers, visitors who left before the page loaded, or a landing page without your tracker.',
    } -%}
    values
    {% for reason, remedy in remedies.items() -%}
        ('{{ reason }}', {{ dbt.string_literal(dbt.escape_single_quotes(remedy)) }}){{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}
