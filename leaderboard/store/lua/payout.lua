-- Makes one step of a batch of payouts: compare-and-set on its version. With it, in the same step: its lines, the
-- claims on awards, the ledger, the file that goes to the bank, and the audit log. Everything is checked before
-- anything is written, so a step is made wholly or not at all, and once.
--
-- KEYS  batches, lines of the batch, claims of the campaign, lives, exports, file numbers, ledger, ledger balances,
--       ledger references, audit log
-- ARGV  the step as JSON: {batch, version (0: it must not exist), head, campaign, result (0: any), lines: {id: text},
--       take: {award|account: payout id}, drop: the same, entries: [text], export: {field: text}, day, number,
--       since ('' or the entry of the audit log up to which was looked), accounts: {account: 1}, actor, action, why, before, after}; texts are
--       stored as they are
-- returns 'done', or why not: 'version', 'result', 'changed', 'claimed', 'number', 'posted'

local PAYABLE = {certified = true, paid = true}
-- What may hold somebody back, or who may not pay: actions of the audit log, up to their dot.
local BEARING = {payee = true, screening = true, tax_form = true, dispute = true, decision = true, appeal = true}
local step = cjson.decode(ARGV[1])
local batches, lines, claims, lives, exports, numbers = unpack(KEYS, 1, 6)
local ledger, balances, references, audit_log = unpack(KEYS, 7, 10)

local stored = redis.call('HGET', batches, step.batch)
local version = stored and cjson.decode(stored).version or 0
if version ~= step.version then return 'version' end
if step.result > 0 then
  local text = redis.call('HGET', lives, step.campaign)
  local life = text and cjson.decode(text) or {}
  if not PAYABLE[life.state] or life.result ~= step.result or life.certifying then return 'result' end
end
if step.since ~= '' then
  for _, row in ipairs(redis.call('XRANGE', audit_log, '(' .. step.since, '+')) do
    local entry = {}
    for n = 1, #row[2], 2 do entry[row[2][n]] = row[2][n + 1] end
    -- A subject ends with the account that it is about: `a1`, `spring/top_five/a1`, `spring/refunds~a1`.
    local account = string.match(entry.subject or '', '[^/~]+$')
    local kind = string.match(entry.action or '', '^[%w_]+')
    if BEARING[kind] and step.accounts[account] then return 'changed' end
    -- Whom a rescoring moves stands in its preview: any of the campaign is looked at again.
    if kind == 'rescoring' and string.match(entry.subject or '', '^[^/]+') == step.campaign then return 'changed' end
  end
end
for award, payout in pairs(step.take) do
  if redis.call('HEXISTS', claims, award) == 1 then return 'claimed' end
end
for award, payout in pairs(step.drop) do
  if redis.call('HGET', claims, award) ~= payout then return 'claimed' end
end
if step.day ~= '' and tonumber(redis.call('HGET', numbers, step.day) or 0) ~= step.number then return 'number' end
local entries, named = {}, {}
for i, text in ipairs(step.entries) do
  entries[i] = open_entry(references, text)
  if not entries[i] or named[entries[i].ref] then return 'posted' end
  named[entries[i].ref] = true
end

for _, entry in ipairs(entries) do post_entry(ledger, balances, references, entry) end
redis.call('HSET', batches, step.batch, step.head)
for id, text in pairs(step.lines) do redis.call('HSET', lines, id, text) end
for award, payout in pairs(step.take) do redis.call('HSET', claims, award, payout) end
for award, payout in pairs(step.drop) do redis.call('HDEL', claims, award) end
for field, text in pairs(step.export) do redis.call('HSET', exports, field, text) end
if step.day ~= '' then redis.call('HINCRBY', numbers, step.day, 1) end
log_audit(audit_log, step.actor, step.action, step.batch, step.before, step.after, step.why)
return 'done'
