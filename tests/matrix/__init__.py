"""Who may do what, at every address of the product: the table that `test_permission_matrix` holds the product against.

A row says for one address and method who gets through (`may`), who sees the thing but is refused with a reason (403), and for
whom it does not exist (404). A new address needs a row here; nothing is open by being forgotten.
"""

from __future__ import annotations

from tests.matrix.definitions import DEFINITION_API, DEFINITION_PAGES
from tests.matrix.dependencies_advisories import ADVISORY_API, ADVISORY_PAGES
from tests.matrix.dependencies_artifacts import ARTIFACT_API, ARTIFACT_PAGES
from tests.matrix.dependencies_criteria import CRITERIA_API, CRITERIA_PAGES
from tests.matrix.dependencies_reviews import REVIEW_API, REVIEW_PAGES
from tests.matrix.dependencies_rulings import RULING_API, RULING_PAGES
from tests.matrix.dependencies_sets import SET_API, SET_PAGES
from tests.matrix.dependencies_sources import SOURCE_API, SOURCE_PAGES
from tests.matrix.dependencies_status import STATUS_API
from tests.matrix.dictionary_datasets import DATASET_API, DATASET_PAGES
from tests.matrix.dictionary_exchange import EXCHANGE_API, EXCHANGE_PAGES
from tests.matrix.dictionary_pages import BROWSING_PAGES
from tests.matrix.dictionary_proposals import PROPOSAL_API, PROPOSAL_PAGES
from tests.matrix.economics_actuals import ACTUAL_API, ACTUAL_PAGES
from tests.matrix.economics_cases import CASE_API, CASE_PAGES
from tests.matrix.economics_provisions import PROVISION_API, PROVISION_PAGES
from tests.matrix.economics_rates import RATE_API, RATE_PAGES
from tests.matrix.economics_simulations import SIMULATION_API, SIMULATION_PAGES
from tests.matrix.economics_worth import WORTH_API, WORTH_PAGES
from tests.matrix.files import FILE_PAGES, FILES
from tests.matrix.intake import INTAKE_API, INTAKE_PAGES
from tests.matrix.judgement import JUDGEMENT
from tests.matrix.judging import JUDGING_PAGES, RISK_API, STACK_API
from tests.matrix.pages import PAGES as PAGES_OF_ROOMS
from tests.matrix.registers import REGISTERS
from tests.matrix.responsibilities import RESPONSIBILITIES, RESPONSIBILITY_PAGES
from tests.matrix.row import CALLERS, TOKENS, Row
from tests.matrix.searching import SEARCH_API, SEARCH_PAGES
from tests.matrix.showing import SHOWING_API, SHOWING_PAGES
from tests.matrix.stages import STAGE_PAGES, STAGES
from tests.matrix.talk import TALK_API, TALK_PAGES

__all__ = ["API", "CALLERS", "PAGES", "SIGNING_IN", "TOKENS", "Row"]

API = [
    *ACTUAL_API,
    *CASE_API,
    *PROVISION_API,
    *SIMULATION_API,
    *RATE_API,
    *WORTH_API,
    *RULING_API,
    *REVIEW_API,
    *DEFINITION_API,
    *REGISTERS,
    *EXCHANGE_API,
    *PROPOSAL_API,
    *DATASET_API,
    *FILES,
    *JUDGEMENT,
    *TALK_API,
    *STAGES,
    *SEARCH_API,
    *SHOWING_API,
    *RESPONSIBILITIES,
    *RISK_API,
    *STACK_API,
    *INTAKE_API,
    *SET_API,
    *STATUS_API,
    *SOURCE_API,
    *CRITERIA_API,
    *ADVISORY_API,
    *ARTIFACT_API,
]
PAGES = [
    *ACTUAL_PAGES,
    *CASE_PAGES,
    *PROVISION_PAGES,
    *SIMULATION_PAGES,
    *RATE_PAGES,
    *WORTH_PAGES,
    *RULING_PAGES,
    *REVIEW_PAGES,
    *PAGES_OF_ROOMS,
    *EXCHANGE_PAGES,
    *DEFINITION_PAGES,
    *FILE_PAGES,
    *BROWSING_PAGES,
    *PROPOSAL_PAGES,
    *DATASET_PAGES,
    *TALK_PAGES,
    *STAGE_PAGES,
    *SEARCH_PAGES,
    *SHOWING_PAGES,
    *RESPONSIBILITY_PAGES,
    *JUDGING_PAGES,
    *INTAKE_PAGES,
    *SET_PAGES,
    *SOURCE_PAGES,
    *CRITERIA_PAGES,
    *ADVISORY_PAGES,
    *ARTIFACT_PAGES,
]

# Pages of the library that signs people in. Its own tests prove them; here stands only that they are known.
SIGNING_IN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_reauthenticate",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_change_password",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_login_code",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "socialaccount_signup",
    "socialaccount_connections",
    "openid_connect_login",
    "openid_connect_callback",
    "usersessions_list",
}
