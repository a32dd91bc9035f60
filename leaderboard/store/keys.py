"""Every key of the store, with its type and unit. No other module spells one, but those whose names end in `_keys`.

The text in braces is the hash tag: keys that one script touches share it, so that a cluster keeps them together.
All keys of an account carry the tag of its partition, all keys of a campaign's standings the campaign's own.
`|` parts the ids inside a key; no id of ours contains one.
"""

from __future__ import annotations

from zlib import crc32

# ── An installation ────────────────────────────────────────────────────────────────────────────
# hash: `partitions` count, `identity_key` fingerprint, `format` number. Written once, checked at every start.
# `archive`: the id of its archive, once there is one.
INSTALLATION = "{settings}:installation"

# ── Settings: what people decide. Hashes of id → JSON, unless said otherwise ─────────────────────
AGENCIES = "{settings}:agencies"
ACCOUNTS = "{settings}:accounts"
PIXELS = "{settings}:pixels"  # hash: pixel code → account id
CAMPAIGNS = "{settings}:campaigns"  # hash: campaign id → JSON, its `StoredCampaign`
ENROLLED = "{settings}:enrolled"  # hash: account id → JSON {campaign id: enrolled_ms}
TOKENS = "{settings}:tokens"  # hash: token id → JSON, the secret only as a hash
CHANGES = "{settings}:changes"  # stream: kind, id; who caches settings reads on from where it was
LIVES = "{settings}:lives"  # hash: campaign id → JSON, its `Life`; nothing: scheduled
SIGNING_KEYS = "{settings}:signing-keys"  # hash: key id → JSON {public_key in base64, since_ms}
AUDIT_WISHES = "{settings}:audit-wishes"  # hash: campaign id → JSON `Wish`, until the audit was made
AUDIT_FAILURES = "{settings}:audit-failures"  # hash: campaign id → JSON `Failure` of an audit wished for
AUDIT_LOG = "{settings}:audit-log"  # stream: the fields of `domain/audit_log.Entry`; never trimmed

# ── Payouts: in the settings' slot, so that a step, its ledger entry and its audit entry are one ───
PAYEES = "{settings}:payees"  # hash: account id → JSON `Payee`, bank details sealed
SCREENINGS = "{settings}:screenings"  # hash: account id → JSON `Screening`
TAX_FORMS = "{settings}:tax-forms"  # hash: account id → JSON `TaxForm`
DISPUTES = "{settings}:disputes"  # hash: campaign|award|account → JSON `Dispute`
DIFFERENCES = "{settings}:differences"  # hash: campaign|award|account → JSON `SettledByHand`
BATCHES = "{settings}:batches"  # hash: batch id → JSON `Batch`, without its lines
EXPORTS = "{settings}:exports"  # hash: batch id → sealed bytes of its payment file, base64
FILE_NUMBERS = "{settings}:file-numbers"  # hash: day of approval, YYYY-MM-DD → files approved on it
REMINDERS = "{settings}:reminders"  # hash: campaign id|day of the deadline|stage → JSON [ms when said, text]
LEDGER = "{settings}:ledger"  # stream: `entry` JSON of `domain/ledger.Entry`; never trimmed
LEDGER_BALANCES = "{settings}:ledger-balances"  # hash: account|currency → minor units
LEDGER_REFERENCES = "{settings}:ledger-references"  # hash: reference → id in the ledger; each is posted once

# ── The archive ──────────────────────────────────────────────────────────────────────────────────
ARCHIVE_FIGURES = (
    "{archive}:figures"  # hash: `events`, `segments`, `bytes`, `problem`, `problem_at` as reported
)

# ── Payouts, as they stand ───────────────────────────────────────────────────────────────────────
PAYOUT_FIGURES = "{payouts}:figures"  # hash: campaign id → JSON `Figures`, as the scheduler last found them

# ── What the door refused, and what it took for no person's view ─────────────────────────────────
REJECTED_COUNTS = "{rejected}:counts"  # hash: code → events
REJECTED_SAMPLES = "{rejected}:samples"  # list: the newest first, JSON
INVALID_COUNTS = "{rejected}:invalid"  # hash: reason → views, as often as they came in


def account_history(account: str) -> str:
    """list: JSON [ms since which it stood, the account's JSON], the oldest first: what it was as of some time."""
    return f"{{settings}}:account-history|{account}"


def lease(name: str) -> str:
    """string: the token of the process that does this for all others; expires."""
    return f"{{lease}}:{name}"


def hosts(account: str) -> str:
    """hash: host id → JSON, of one account."""
    return f"{{settings}}:hosts|{account}"


def enrollments(campaign: str) -> str:
    """hash: account id → JSON {hosts, enrolled_ms, schedule_waiver where there is one}."""
    return f"{{settings}}:enrollments|{campaign}"


def registrations(campaign: str) -> str:
    """hash: account id → when which of its hosts were registered, ms: `host=from-until,from-;host2=from-`."""
    return f"{{settings}}:registrations|{campaign}"


def schedule_edits(campaign: str) -> str:
    """hash: account id → JSON list of {at_ms, actor, added, removed, changed: host ids}: changes after the start."""
    return f"{{settings}}:schedule-edits|{campaign}"


def enrollment_requests(campaign: str) -> str:
    """hash: account id → JSON `Request`, the newest of the account, whatever became of it."""
    return f"{{settings}}:enrollment-requests|{campaign}"


def decisions(campaign: str) -> str:
    """hash: flag id → JSON {decision, reason, by, at_ms}."""
    return f"{{settings}}:decisions|{campaign}"


def decision_history(campaign: str, flag: str) -> str:
    """list: JSON [ms since which it stands, the decision's JSON], the oldest first."""
    return f"{{settings}}:decision-history|{campaign}|{flag}"


def document(campaign: str, name: str) -> str:
    """text: `snapshot`, `result|VERSION` or the last `checkpoint|NUMBER`: in the slot of settings, and no setting."""
    return f"document|{{settings}}|{campaign}|{name}"


def batch_lines(batch: str) -> str:
    """hash: payout id → JSON `Line`."""
    return f"{{settings}}:batch-lines|{batch}"


def claims(campaign: str) -> str:
    """hash: award|account → the id of the one live payout that pays it."""
    return f"{{settings}}:claims|{campaign}"


def partition_of(account: str, partitions: int) -> int:
    """The partition of an account, 0 … partitions-1: stable for ever, whatever the process or machine."""
    return crc32(account.encode("utf-8", "surrogatepass")) % partitions


def tag(partition: int) -> str:
    """The prefix of every key of a partition."""
    return f"{{p{partition}}}:"


def inbox(partition: int) -> str:
    """stream: accepted batches not yet archived; fields v (format), r (request id), n (events), b (zstd batch)."""
    return f"{tag(partition)}inbox"


def progress(partition: int) -> str:
    """hash: `accepted`, `applied`, `buried`: events, each counted once."""
    return f"{tag(partition)}progress"


def buried(partition: int) -> str:
    """stream: batches that could not be applied; the inbox fields and `reason`, `entry` (their inbox id)."""
    return f"{tag(partition)}buried"


def attempts(partition: int) -> str:
    """hash: inbox id → attempts to apply it by itself that have not come to an end."""
    return f"{tag(partition)}attempts"


def excluded(partition: int, campaign: str) -> str:
    """hash: reason → events of this campaign that did not count."""
    return f"{tag(partition)}excluded|{campaign}"


def excluded_samples(partition: int, campaign: str, reason: str) -> str:
    """list: the newest excluded events first, JSON, capped."""
    return f"{tag(partition)}excluded|{campaign}|{reason}"


# The next ones are built by `lua/apply.lua` too, from the same parts; a test holds both to each other.


def tally(partition: int, campaign: str, account: str) -> str:
    """hash, one per account and campaign.

    n unique visitors · l, s level and split pointer of their buckets · t reached, ms · v version ·
    o orders · r orders refunded · g:CUR sales, minor units · b:CUR given back, minor units ·
    e effective live time, k live time inside promised slots, ms · lv version of the live time · ls of which promise ·
    h:HOUR new visitors in that hour since 1970 · f:STEP funnel steps ·
    x visitors who have invalid views only · xn, xl, xs all who have any: how many, level and split pointer of their
    buckets · i:REASON invalid views, each id once
    """
    return f"{tag(partition)}tally|{campaign}|{account}"


def visitors(partition: int, campaign: str, account: str, bucket: int) -> str:
    """set of 52-bit integers (intset): the unique visitors whose hash falls into this bucket."""
    return f"{tag(partition)}tally|{campaign}|{account}|{bucket}"


def invalid_visitors(partition: int, campaign: str, account: str, bucket: int) -> str:
    """As `visitors`: those who have an invalid view, whether they have a valid one or not."""
    return f"{tag(partition)}tally|{campaign}|{account}|x|{bucket}"


def products(partition: int, campaign: str, account: str) -> str:
    """set: the product ids that were viewed."""
    return f"{tag(partition)}products|{campaign}|{account}"


def product_visitors(partition: int, campaign: str, account: str, product: str) -> str:
    """HyperLogLog of visitor hashes: an estimate, for information only."""
    return f"{tag(partition)}product|{campaign}|{account}|{product}"


def orders(partition: int, campaign: str, account: str) -> str:
    """hash: order id → msgpack [position, fingerprint, minor units, currency, at_ms, same, counts].

    And `same|` + what orders without an order id have in common (`same`) → msgpack of their ids; they count once.
    """
    return f"{tag(partition)}orders|{campaign}|{account}"


def refunds(partition: int, campaign: str, account: str) -> str:
    """hash: refund id → msgpack [position, fingerprint, minor units, currency, at_ms, order id, by its own time]."""
    return f"{tag(partition)}refunds|{campaign}|{account}"


def refunded_orders(partition: int, campaign: str, account: str) -> str:
    """hash: order id → msgpack of its refunds, all and those by their own time: each [count, {currency: minor}]."""
    return f"{tag(partition)}refunded|{campaign}|{account}"


def live(partition: int, campaign: str, account: str) -> str:
    """hash: host id → the host's live sessions, packed; see `domain/live_time.py`."""
    return f"{tag(partition)}live|{campaign}|{account}"


def ids(partition: int, account: str, generation: int) -> str:
    """hash n, l, s: event ids seen in a generation of `ingest.id_memory_h`; expires.

    Its buckets are strings, named with `|bucket` behind: records of 11 bytes, see `counted_rows.id_record`.
    """
    return f"{tag(partition)}ids|{account}|{generation}"


def fences(partition: int) -> str:
    """hash: campaign id → the least version of its life that writes have to carry."""
    return f"{tag(partition)}fences"


def refused(partition: int, campaign: str) -> str:
    """hash: `count` of writes that a fence refused; with `|newest` behind a list of them, JSON."""
    return f"{tag(partition)}refused|{campaign}"


# ── Standings, one set of keys a campaign ────────────────────────────────────────────────────────


def standings(campaign: str) -> str:
    """zset: 13 digits of reached_ms + account id → minus the score. Ascending order is the ranking."""
    return f"{{c:{campaign}}}:standings"


def rows(campaign: str) -> str:
    """hash: account id → msgpack row, absolute values with their version; then as of when it was judged."""
    return f"{{c:{campaign}}}:rows"


def eligible(campaign: str) -> str:
    """zset: those members of `standings` whose rows are eligible. Ascending order is the award ranking."""
    return f"{{c:{campaign}}}:eligible"


def metric_values(campaign: str) -> str:
    """hash: account id → msgpack {metric: value}, of metrics that are worked out from the archive."""
    return f"{{c:{campaign}}}:metric-values"


def metric_values_as_of(campaign: str) -> str:
    """text: as of when the metric values are, ms."""
    return f"{{c:{campaign}}}:metric-values-as-of"


def audit(campaign: str) -> str:
    """hash: `last` JSON of the last audit, `agreed` JSON of the last one that agreed on every account."""
    return f"{{c:{campaign}}}:audit"


def standings_version(campaign: str) -> str:
    """hash: `version` counts publications that changed something, `at_ms` of the last one; `fence` as in `fences`."""
    return f"{{c:{campaign}}}:version"


def refused_rows(campaign: str) -> str:
    """As `refused`, for rows of the standings."""
    return f"{{c:{campaign}}}:refused"


def awards(campaign: str) -> str:
    """hash: account id → msgpack of its awards; `|at_ms` when worked out, `|result` of which result, 0: provisional."""
    return f"{{c:{campaign}}}:awards"


def awards_coming(campaign: str, writer: str) -> str:
    """As `awards`, while they are being written; expires."""
    return f"{{c:{campaign}}}:awards|{writer}"


def life_note(campaign: str) -> str:
    """text: JSON {at_ms, text}, what the campaign waits for."""
    return f"{{c:{campaign}}}:life-note"
