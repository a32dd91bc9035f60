-- Takes the lease where it is free or the caller's own, for a time; for no time: gives it back.
--
-- KEYS  the lease
-- ARGV  the caller's token, milliseconds
-- returns 1 where it is the caller's now (or was given back), 0 where it is another one's

local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
