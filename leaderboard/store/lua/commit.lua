-- Ends the way of inbox entries that have been applied: acknowledged and counted in one step, so that however often
-- an entry was applied, by however many workers, it is counted once.
--
-- KEYS  inbox, progress
-- ARGV  the partition's key prefix, consumer group, samples kept, then a msgpack per entry:
--       {entry id, events, exclusions}, exclusion = {campaign, reason, events, samples}
-- returns how many entries this call ended

local prefix, group, kept, ended = ARGV[1], ARGV[2], tonumber(ARGV[3]), 0

local function list_exclusion(campaign, reason, events, samples)
  local key = prefix .. 'excluded|' .. campaign
  redis.call('HINCRBY', key, reason, events)
  if #samples > 0 then
    redis.call('LPUSH', key .. '|' .. reason, unpack(samples))
    redis.call('LTRIM', key .. '|' .. reason, 0, kept - 1)
  end
end

for i = 4, #ARGV do
  local id, events, exclusions = unpack(cmsgpack.unpack(ARGV[i]))
  if redis.call('XACK', KEYS[1], group, id) == 1 then
    redis.call('HINCRBY', KEYS[2], 'applied', events)
    for _, exclusion in ipairs(exclusions) do list_exclusion(unpack(exclusion)) end
    ended = ended + 1
  end
end
return ended
