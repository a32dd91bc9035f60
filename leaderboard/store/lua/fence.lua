-- From now on writes for a campaign that carry an older version of it are refused here. A fence never goes back.
--
-- KEYS  a hash of fences
-- ARGV  field, version

local standing = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0')
if tonumber(ARGV[2]) > standing then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return redis.call('HGET', KEYS[1], ARGV[1])
