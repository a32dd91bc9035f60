-- Notes money that a campaign was given, with its audit entry. A reference is noted once.
--
-- KEYS  ledger, ledger balances, ledger references, audit log
-- ARGV  the entry as JSON, its reference, actor, campaign, what the audit log says
-- returns '' where it is posted, or the entry that has the reference already

local entry, reference, actor, campaign, after = unpack(ARGV)
local known = redis.call('HGET', KEYS[3], reference)
if known then return redis.call('XRANGE', KEYS[1], known, known)[1][2][2] end
post_entry(KEYS[1], KEYS[2], KEYS[3], open_entry(KEYS[3], entry))
log_audit(KEYS[4], actor, 'ledger.fund', campaign, '', after, '')
return ''
