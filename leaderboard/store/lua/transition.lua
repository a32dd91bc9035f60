-- Moves the life of a campaign: compare-and-set on its version. With it, in the same step: the audit log, news for who
-- caches settings, and documents that belong to the move. A move that was made already changes nothing.
--
-- KEYS  lives, changes, audit log, then the keys of the documents
-- ARGV  campaign, version it must have (0: none is stored), life before and after as JSON, actor, action, why,
--       the time before which it has to be made, ms (0: any), then the documents
-- returns 1, or 0 where the life has another version, it is too late, or a document is there already

local FIRST_DOCUMENT_KEY, FIRST_DOCUMENT = 4, 9
local campaign, version, before, after, actor, action, why, until_ms = unpack(ARGV, 1, 8)
local stored = redis.call('HGET', KEYS[1], campaign)
local found = stored and (cjson.decode(stored).version or 0) or 0
if found ~= tonumber(version) then return 0 end
local time = redis.call('TIME')
if until_ms ~= '0' and time[1] * 1000 + math.floor(time[2] / 1000) >= tonumber(until_ms) then return 0 end
for i = FIRST_DOCUMENT_KEY, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then return 0 end
end

redis.call('HSET', KEYS[1], campaign, after)
for i = FIRST_DOCUMENT_KEY, #KEYS do
  redis.call('SET', KEYS[i], ARGV[FIRST_DOCUMENT + i - FIRST_DOCUMENT_KEY])
end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', 'life', 'id', campaign)
log_audit(KEYS[3], actor, action, campaign, stored or before, after, why)
return 1
