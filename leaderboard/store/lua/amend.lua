-- Changes the versions of a campaign, or which of them is in force: compare-and-set on what is stored, on the version of
-- the campaign's life, and on the time. With it, in the same step: news for who caches settings, and the audit log.
--
-- KEYS  campaigns, changes, audit log, lives
-- ARGV  campaign, JSON that it must have, new JSON, actor, action, why, version of the life (0: none is stored),
--       the time from which on it may not be done any more, ms
-- returns 1, or 0 where any of it is otherwise

local campaign, before, after, actor, action, why, version, until_ms = unpack(ARGV)
if redis.call('HGET', KEYS[1], campaign) ~= before then return 0 end
local life = redis.call('HGET', KEYS[4], campaign)
if (life and (cjson.decode(life).version or 0) or 0) ~= tonumber(version) then return 0 end
local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) >= tonumber(until_ms) then return 0 end

redis.call('HSET', KEYS[1], campaign, after)
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', 'campaign', 'id', campaign)
log_audit(KEYS[3], actor, action, campaign, before, after, why)
return 1
