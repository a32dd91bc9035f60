-- Moves the life of a campaign: compare-and-set on its version. With it, in the same step: the audit log, news for who
-- caches settings, and documents that belong to the move. A move that was made already changes nothing.
--
-- KEYS  lives, changes, audit log, then the keys of the documents
-- ARGV  campaign, version it must have (0: none is stored), life before and after as JSON, actor, action, why,
--       then the documents
-- returns 1, or 0 where the life has another version

local campaign, version, before, after, actor, action, why = unpack(ARGV, 1, 7)
local stored = redis.call('HGET', KEYS[1], campaign)
local found = stored and (cjson.decode(stored).version or 0) or 0
if found ~= tonumber(version) then return 0 end

redis.call('HSET', KEYS[1], campaign, after)
for i = 4, #KEYS do redis.call('SET', KEYS[i], ARGV[4 + i]) end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', 'life', 'id', campaign)
log_audit(KEYS[3], actor, action, campaign, stored or before, after, why)
return 1
