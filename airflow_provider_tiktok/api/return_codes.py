"""TikTok's return codes in one table: what each code is called and what to do next.

Names are those of TikTok's own SDK (tiktok_code.py, `ERROR_CODE_...`); 40133 is named by TikTok's
rate-limit page only. A code that is in no row falls into a range; a code in no range is UNKNOWN.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ErrorClass(StrEnum):
    """What to do next after an answer, or after no answer."""

    SUCCESS = "success"
    PARTIAL = "partial"
    RETRY = "retry"
    THROTTLE = "throttle"
    REAUTHORISE = "reauthorise"
    QUARANTINE = "quarantine"
    CONFIGURATION = "configuration"
    SPLIT = "split"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ReturnCode:
    """One row of the table. `wait` is the least number of seconds before the next call, or None."""

    name: str
    error_class: ErrorClass
    next_step: str
    wait: float | None = None


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Codes from `first` to `last`, both included, that have no row of their own."""

    first: int
    last: int
    meaning: ReturnCode


# TikTok: Rate limits. "When the QPM limit is reached, wait for 5 minutes."
COOL_DOWN_SECONDS = 300.0
MAINTENANCE_SECONDS = 600.0
TASK_SECONDS = 10.0

_OURS = "This is a fault of the provider: report it with the request id."
_WAIT = "Nothing to do: the provider waits and asks again. If it lasts, see TikTok's status page."
_QUOTA = (
    "The provider stops calling for the cool-down. If it happens often, set the connection's quota "
    "tier to what TikTok granted the app, and look for other software that uses the same app."
)
_REAUTHORISE = "Authorise the app again on the TikTok page of the Airflow UI, or paste a new token."
_UPGRADE = "Upgrade airflow-provider-tiktok: TikTok no longer serves this version of the API."
_SCOPE = (
    "Give the app the missing scope (TikTok for Business, My Apps, Scope of permission), "
    "then authorise again."
)
_SANDBOX = "Set the connection's environment to production, or do not use this call in the sandbox."
_APP = "Check the app at business-api.tiktok.com, My Apps: it must be approved and not suspended."
_CALLBACK = "Start the authorisation again: an auth_code works once and for one hour."
_GONE = "Remove the advertiser from the connection, or ask for access to it and authorise again."

_C = ErrorClass

CODES: dict[int, ReturnCode] = {
    0: ReturnCode("OK", _C.SUCCESS, "Nothing."),
    20001: ReturnCode(
        "PARTIAL_OK",
        _C.PARTIAL,
        "TikTok took a part. It is recorded and not sent again; compare with Events Manager.",
    ),
    40000: ReturnCode("INVALID_PARAMS", _C.QUARANTINE, "Correct the value that the message names."),
    40001: ReturnCode(
        "PERMISSION_ERROR",
        _C.CONFIGURATION,
        "Give the person who authorised the app the role admin or operator on the advertiser or "
        "pixel that the message names, or remove it from the connection.",
    ),
    40002: ReturnCode("PARAM_ERROR", _C.QUARANTINE, "Correct the value that the message names."),
    40003: ReturnCode("FORBIDDEN", _C.CONFIGURATION, _APP),
    40006: ReturnCode("VERSION_ERROR", _C.CONFIGURATION, _UPGRADE),
    40007: ReturnCode(
        "NOT_EXIST",
        _C.QUARANTINE,
        "The object in the message does not exist: check its id.",
    ),
    40008: ReturnCode("NOT_IMPL", _C.CONFIGURATION, _UPGRADE),
    40009: ReturnCode("UNSUPPORTED_IN_SANDBOX", _C.CONFIGURATION, _SANDBOX),
    40010: ReturnCode(
        "UNSUPPORTED_DOMAIN",
        _C.CONFIGURATION,
        "Set the connection's environment to the one that the app and its token belong to.",
    ),
    40011: ReturnCode("ID_LIMIT_EXCEED", _C.SPLIT, "Ask for fewer ids in one call."),
    40012: ReturnCode("NO_UPDATE", _C.QUARANTINE, "Nothing was changed: the values are the same."),
    40013: ReturnCode("SANDBOX_ADV_NOT_EXIST", _C.CONFIGURATION, _SANDBOX),
    40016: ReturnCode("BIZ_FC_ERROR", _C.THROTTLE, _QUOTA, COOL_DOWN_SECONDS),
    40050: ReturnCode(
        "DUPLICATED_REQUEST",
        _C.PARTIAL,
        "TikTok has this request already. It is recorded as done and not sent again; verify it.",
    ),
    40051: ReturnCode("INVALID_API_VERSION", _C.CONFIGURATION, _UPGRADE),
    40061: ReturnCode("INVALID_BATCH_SIZE", _C.SPLIT, "Send fewer items in one call."),
    40062: ReturnCode(
        "PII_NOT_HASHED",
        _C.QUARANTINE,
        "A signal that must be hashed left in clear. Stop sending and report it with the request "
        "id; nothing of the request was taken.",
    ),
    40063: ReturnCode(
        "INVALID_PARTNER_NAME", _C.CONFIGURATION, "Remove partner_name: it is for partners only."
    ),
    40100: ReturnCode("REQUEST_TOO_FREQUENT", _C.THROTTLE, _QUOTA, COOL_DOWN_SECONDS),
    40101: ReturnCode(
        "INVALID_PARTNER",
        _C.CONFIGURATION,
        "Correct the app id and the app secret of the connection (My Apps, App detail).",
    ),
    40102: ReturnCode("ACCESS_TOKEN_EXPIRE", _C.REAUTHORISE, _REAUTHORISE),
    40103: ReturnCode("REFRESH_TOKEN_EXPIRE", _C.REAUTHORISE, _REAUTHORISE),
    40104: ReturnCode(
        "EMPTY_ACCESS_TOKEN",
        _C.REAUTHORISE,
        "No token was sent: authorise the app, or paste an access token into the connection.",
    ),
    40105: ReturnCode("INVALID_ACCESS_TOKEN", _C.REAUTHORISE, _REAUTHORISE),
    40106: ReturnCode("INVALID_CORE_USER", _C.REAUTHORISE, _REAUTHORISE),
    40107: ReturnCode("INVALID_REFRESH_TOKEN", _C.REAUTHORISE, _REAUTHORISE),
    40108: ReturnCode("INVALID_GRANT_TYPE", _C.QUARANTINE, _OURS),
    40110: ReturnCode("AUTH_CODE_ERROR", _C.REAUTHORISE, _CALLBACK),
    40113: ReturnCode("APP_FORBIDDEN", _C.CONFIGURATION, _APP),
    40114: ReturnCode("ADVERTISER_LOGOUT", _C.REAUTHORISE, _REAUTHORISE),
    40118: ReturnCode(
        "NOT_IN_WHITELIST",
        _C.CONFIGURATION,
        "TikTok grants this feature on request: ask your TikTok contact, or do not use it.",
    ),
    40124: ReturnCode("DEVELOPER_REJECTED", _C.CONFIGURATION, _APP),
    40125: ReturnCode("DEVELOPER_NO_PERMISSION", _C.CONFIGURATION, _APP),
    40130: ReturnCode("SCOPE_NOT_AUTHORIZED", _C.REAUTHORISE, _SCOPE),
    40131: ReturnCode("SCOPE_TT_USER_OAUTH_FAILED", _C.REAUTHORISE, _SCOPE),
    40132: ReturnCode("REQUEST_FREQUENCY_LIMITED", _C.THROTTLE, _QUOTA, COOL_DOWN_SECONDS),
    40133: ReturnCode("ADVERTISER_TOO_FREQUENT", _C.THROTTLE, _QUOTA, COOL_DOWN_SECONDS),
    40200: ReturnCode("GENERAL_TASK_ERROR", _C.RETRY, _WAIT, TASK_SECONDS),
    40201: ReturnCode("TASK_NOT_READY", _C.RETRY, _WAIT, TASK_SECONDS),
    40202: ReturnCode("WRITE_CONFLICT", _C.RETRY, _WAIT),
    40300: ReturnCode("ADVERTISER_NOT_EXIST", _C.CONFIGURATION, _GONE),
    40301: ReturnCode("ADVERTISER_ROLE_ERROR", _C.CONFIGURATION, _GONE),
    40400: ReturnCode("ROUTE_NOT_FOUND", _C.CONFIGURATION, _UPGRADE),
    40700: ReturnCode("RPC_VALIDATION_ERROR", _C.RETRY, _WAIT),
    41000: ReturnCode("BLOCKED", _C.CONFIGURATION, _APP),
    41001: ReturnCode("INTERFACE_OFFLINE", _C.CONFIGURATION, _UPGRADE),
    41002: ReturnCode("FIELDS_OFFLINE", _C.CONFIGURATION, _UPGRADE),
    50000: ReturnCode("SYS_ERROR", _C.RETRY, _WAIT),
    50002: ReturnCode("SYS_TIMEOUT", _C.RETRY, _WAIT),
    51001: ReturnCode("STATISTICS_ERROR", _C.RETRY, _WAIT),
    51010: ReturnCode("INTERNAL_TIME_OUT", _C.RETRY, _WAIT),
    51012: ReturnCode("PIXEL_ERROR", _C.RETRY, _WAIT),
    51037: ReturnCode("ASYNC_TASK_ERROR", _C.RETRY, _WAIT),
    51039: ReturnCode("AUTH_SERVICE_ERROR", _C.RETRY, _WAIT),
    60001: ReturnCode("MAINTENANCE", _C.RETRY, _WAIT, MAINTENANCE_SECONDS),
    61000: ReturnCode("TOO_MANY_REQUESTS_BL", _C.THROTTLE, _QUOTA, COOL_DOWN_SECONDS),
    70001: ReturnCode("INVALID_BIZ_AUTH_TYPE", _C.CONFIGURATION, _APP),
}

RANGES: tuple[CodeRange, ...] = (
    CodeRange(
        40101,
        40199,
        ReturnCode(
            "another authorisation code",
            _C.CONFIGURATION,
            "TikTok refuses the app or its token, not the data: read the message, check the app "
            "in My Apps, then authorise again.",
        ),
    ),
    CodeRange(
        40000,
        49999,
        ReturnCode(
            "another 4xxxx",
            _C.QUARANTINE,
            "TikTok refuses the request for good: read the message, correct the value it names.",
        ),
    ),
    CodeRange(51000, 51099, ReturnCode("one of TikTok's services failed", _C.RETRY, _WAIT)),
    CodeRange(52000, 52999, ReturnCode("TikTok's storage failed", _C.RETRY, _WAIT)),
    CodeRange(53000, 53999, ReturnCode("TikTok's internal services failed", _C.RETRY, _WAIT)),
    CodeRange(50000, 59999, ReturnCode("another 5xxxx", _C.RETRY, _WAIT)),
)

NO_CODE = ReturnCode(
    "unknown code",
    _C.UNKNOWN,
    "The provider does not know this code: report it with the request id.",
)


def meaning_of(code: int) -> ReturnCode:
    """Return the row of `code`: its own, else that of the first range that holds it."""
    if code in CODES:
        return CODES[code]
    for code_range in RANGES:
        if code_range.first <= code <= code_range.last:
            return code_range.meaning
    return NO_CODE
