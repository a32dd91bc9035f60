-- Makes a hash what it is told to be, all at once, and tells those who cache it. The same again changes nothing.
--
-- KEYS  the hash, changes
-- ARGV  kind and id of the change, then field, value, field, value …
-- returns 1 where anything was changed, else 0

local wanted, count = {}, 0
for at = 3, #ARGV, 2 do
  wanted[ARGV[at]] = ARGV[at + 1]
  count = count + 1
end
local changed = redis.call('HLEN', KEYS[1]) ~= count
for field, value in pairs(wanted) do
  if changed then break end
  changed = redis.call('HGET', KEYS[1], field) ~= value
end
if not changed then return 0 end
redis.call('DEL', KEYS[1])
for field, value in pairs(wanted) do redis.call('HSET', KEYS[1], field, value) end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', ARGV[1], 'id', ARGV[2])
return 1
