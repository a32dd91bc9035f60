-- Makes one step with the request of an account to take part: compare-and-set, with its audit entry.
--
-- KEYS  the campaign's enrolment requests, audit log
-- ARGV  account, JSON that it must have ('' none), new JSON, actor, action, subject, why
-- returns 1, or 0 where something else is stored

local account, expected, new, actor, action, subject, why = unpack(ARGV)
if (redis.call('HGET', KEYS[1], account) or '') ~= expected then return 0 end

redis.call('HSET', KEYS[1], account, new)
log_audit(KEYS[2], actor, action, subject, expected, new, why)
return 1
