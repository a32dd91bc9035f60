-- Puts a buried entry back at the end of the inbox, once. Its receive time stays the first one: field `at`.
--
-- KEYS  inbox, progress, buried
-- ARGV  buried id
-- returns the events put back, or -1 where there is no such entry

local found = redis.call('XRANGE', KEYS[3], ARGV[1], ARGV[1])
if #found == 0 then return -1 end
local fields, back = found[1][2], {}
local events, entry, received_at = 0, '', nil
for i = 1, #fields, 2 do
  local name, value = fields[i], fields[i + 1]
  if name == 'entry' then
    entry = value
  elseif name == 'at' then
    received_at = value
  elseif name ~= 'reason' then
    back[#back + 1] = name
    back[#back + 1] = value
    if name == 'n' then events = tonumber(value) end
  end
end
redis.call('XADD', KEYS[1], '*', 'at', received_at or entry, unpack(back))
redis.call('HINCRBY', KEYS[2], 'buried', -events)
redis.call('XDEL', KEYS[3], ARGV[1])
return events
