-- How far a partition has come, read at one instant.
--
-- KEYS  inbox, progress
-- ARGV  consumer group
-- returns {accepted, applied, buried, id of the oldest entry that has not been ended or ''}

local counts = redis.call('HMGET', KEYS[2], 'accepted', 'applied', 'buried')
for i = 1, 3 do counts[i] = tonumber(counts[i]) or 0 end
if counts[1] == counts[2] + counts[3] then return {counts[1], counts[2], counts[3], ''} end

local oldest = redis.call('XPENDING', KEYS[1], ARGV[1])[2]
if not oldest then
  -- Nothing is in work, so the oldest is the first that nobody has read.
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local known = {}
    for i = 1, #group, 2 do known[group[i]] = group[i + 1] end
    if known['name'] == ARGV[1] then
      local unread = redis.call('XRANGE', KEYS[1], '(' .. known['last-delivered-id'], '+', 'COUNT', 1)
      oldest = unread[1] and unread[1][1]
    end
  end
end
return {counts[1], counts[2], counts[3], oldest or ''}
