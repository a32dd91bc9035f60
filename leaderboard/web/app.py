"""The application: every endpoint behind its guard, every problem in one shape."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from leaderboard.config import Config
from leaderboard.domain.identities import Hasher
from leaderboard.domain.signing import SigningKey
from leaderboard.store.paying import Paying
from leaderboard.store.store import Store
from leaderboard.store.vault import Vault
from leaderboard.web import (
    account_details,
    appealing,
    audit_log,
    audits,
    campaign_check,
    campaigns,
    certifying,
    checkpoints,
    deciding,
    enrollment_answers,
    enrollment_list,
    enrollment_requests,
    enrollments,
    events_api,
    excluded,
    flag_whole,
    flags,
    ingest,
    integrity,
    ledger,
    lifecycle,
    payees,
    payout_batches,
    payout_differences,
    payout_holds,
    payout_sent,
    payouts,
    rank_history,
    reference,
    rescorings,
    rescorings_steps,
    result_hashes,
    results,
    settings,
    signing_keys,
    standings,
    status,
    stream,
    tokens,
    transitions,
)
from leaderboard.web.auth import guarded
from leaderboard.web.bodies import EVENTS_LIMIT_BYTES
from leaderboard.web.endpoints import Endpoint
from leaderboard.web.keys import CONFIG, HASHER, STORE, VAULT
from leaderboard.web.pages import rendering
from leaderboard.web.pages.frame import show_problems
from leaderboard.web.pages.routes import add_pages
from leaderboard.web.paying import PAYING, terms_of
from leaderboard.web.problems import answer_problems

SERVICE_ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    *ingest.ENDPOINTS,
    *events_api.ENDPOINTS,
    *standings.ENDPOINTS,
    *rank_history.ENDPOINTS,
    *stream.ENDPOINTS,
    *account_details.ENDPOINTS,
    *excluded.ENDPOINTS,
    *flags.ENDPOINTS,
    *flag_whole.ENDPOINTS,
    *deciding.ENDPOINTS,
    *appealing.ENDPOINTS,
    *rescorings.ENDPOINTS,
    *rescorings_steps.ENDPOINTS,
    *audits.ENDPOINTS,
    *checkpoints.ENDPOINTS,
    *integrity.ENDPOINTS,
    *lifecycle.ENDPOINTS,
    *certifying.ENDPOINTS,
    *results.ENDPOINTS,
    *campaign_check.ENDPOINTS,
    *campaigns.ENDPOINTS,
    *transitions.ENDPOINTS,
    *enrollments.ENDPOINTS,
    *enrollment_list.ENDPOINTS,
    *enrollment_requests.ENDPOINTS,
    *enrollment_answers.ENDPOINTS,
    *settings.ENDPOINTS,
    *payees.ENDPOINTS,
    *payout_holds.ENDPOINTS,
    *ledger.ENDPOINTS,
    *payouts.ENDPOINTS,
    *payout_batches.ENDPOINTS,
    *payout_sent.ENDPOINTS,
    *payout_differences.ENDPOINTS,
    *tokens.ENDPOINTS,
    *signing_keys.ENDPOINTS,
    *audit_log.ENDPOINTS,
    *status.ENDPOINTS,
    *rendering.ENDPOINTS,
)
ENDPOINTS: Final[tuple[Endpoint, ...]] = (*SERVICE_ENDPOINTS, *reference.endpoints(SERVICE_ENDPOINTS))


def create_app(
    store: Store, config: Config, hasher: Hasher, vault: Vault, signing_key: SigningKey
) -> web.Application:
    """The application over an opened store; `serving.Runner` serves it."""
    app = web.Application(middlewares=[answer_problems, show_problems], client_max_size=EVENTS_LIMIT_BYTES)
    app[STORE], app[CONFIG], app[HASHER], app[VAULT] = store, config, hasher, vault
    app[PAYING] = Paying(store, vault, terms_of(config.payouts), signing_key)
    ingest.setup(app)
    standings.setup(app)
    stream.setup(app)
    result_hashes.setup(app, store)
    for endpoint in ENDPOINTS:
        handler = guarded(endpoint)
        app.router.add_route(endpoint.method, endpoint.path, handler)
        if endpoint.method == "GET":
            app.router.add_route("HEAD", endpoint.path, handler)
    add_pages(app)
    return app
