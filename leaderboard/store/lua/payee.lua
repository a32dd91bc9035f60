-- Makes one step with the bank details of an account: compare-and-set on what is stored, with its audit entry.
--
-- KEYS  payees, audit log
-- ARGV  account, JSON that it must have ('' none), new JSON, actor, action, summaries before and after ('' none), why
-- returns 1, or 0 where something else is stored

local account, expected, new, actor, action, before, after, why = unpack(ARGV)
if (redis.call('HGET', KEYS[1], account) or '') ~= expected then return 0 end

redis.call('HSET', KEYS[1], account, new)
log_audit(KEYS[2], actor, action, account, before, after, why)
return 1
