-- Shortens a partition's inbox by what every consumer group is through with, and by nothing else.
--
-- KEYS  inbox
-- ARGV  the groups that must be there
-- returns how many entries went

local needed, least = {}, nil
for i = 1, #ARGV do needed[ARGV[i]] = true end

local function is_before(a, b)
  local a_ms, a_seq = string.match(a, '(%d+)-(%d+)')
  local b_ms, b_seq = string.match(b, '(%d+)-(%d+)')
  if a_ms ~= b_ms then return tonumber(a_ms) < tonumber(b_ms) end
  return tonumber(a_seq) < tonumber(b_seq)
end

if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local known = {}
  for i = 1, #group, 2 do known[group[i]] = group[i + 1] end
  needed[known['name']] = nil
  -- Its oldest entry in work must stay; without one, what it was given last may be the last that goes.
  local place = redis.call('XPENDING', KEYS[1], known['name'])[2] or known['last-delivered-id']
  if not least or is_before(place, least) then least = place end
end
if next(needed) or not least then return 0 end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', least)
