-- Changes the versions of a campaign, or which of them is in force: compare-and-set on what is stored. With it, in the
-- same step: news for who caches settings, and the audit log.
--
-- KEYS  campaigns, changes, audit log
-- ARGV  campaign, JSON that it must have, new JSON, actor, action, why
-- returns 1, or 0 where something else is stored

local campaign, before, after, actor, action, why = unpack(ARGV)
if redis.call('HGET', KEYS[1], campaign) ~= before then return 0 end

redis.call('HSET', KEYS[1], campaign, after)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', 'campaign', 'id', campaign)
log_audit(KEYS[3], actor, action, campaign, before, after, why)
return 1
