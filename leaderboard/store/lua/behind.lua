-- The oldest entry that the archive has not taken in.
--
-- KEYS  inbox
-- ARGV  consumer group
-- returns its id, or '' where there is none

if redis.call('EXISTS', KEYS[1]) == 0 then return '' end
local place = '-'
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local known = {}
  for i = 1, #group, 2 do known[group[i]] = group[i + 1] end
  if known['name'] == ARGV[1] then place = '(' .. known['last-delivered-id'] end
end
local waiting = redis.call('XRANGE', KEYS[1], place, '+', 'COUNT', 1)
return waiting[1] and waiting[1][1] or ''
