-- Enrolls an account in a campaign, or changes its hosts and schedule. The first enrolment's time stays.
--
-- KEYS  the campaign's enrollments, enrolled, changes, audit log
-- ARGV  account, campaign, new JSON (its enrolled_ms is put in here), actor, latest time it may happen at, ms
-- returns {'same' | 'created' | 'changed', enrolled ms}, or {'over', now ms}

local account, campaign, actor = ARGV[1], ARGV[2], ARGV[4]
local time = redis.call('TIME')
local now_ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local old = redis.call('HGET', KEYS[1], account) or ''
local places = cjson.decode(redis.call('HGET', KEYS[2], account) or '{}')

local enrolled_ms = string.format('%.0f', places[campaign] or now_ms)
-- Text, not a decoded and encoded table: an empty list would come back as an empty object.
local new = '{"enrolled_ms":' .. enrolled_ms .. ',' .. string.sub(ARGV[3], 2)
if old == new then return {'same', enrolled_ms} end
if tonumber(now_ms) >= tonumber(ARGV[5]) then return {'over', now_ms} end

places[campaign] = tonumber(enrolled_ms)
redis.call('HSET', KEYS[1], account, new)
redis.call('HSET', KEYS[2], account, cjson.encode(places))
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 100000, '*', 'kind', 'enrollment', 'id', account)
redis.call('XADD', KEYS[4], '*', 'actor', actor, 'action', 'enrollment.put', 'subject', campaign .. '/' .. account,
  'before', old, 'after', new)
return {old == '' and 'created' or 'changed', enrolled_ms}
