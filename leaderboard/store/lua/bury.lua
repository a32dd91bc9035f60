-- Moves an inbox entry that cannot be applied to the buried ones, once.
--
-- KEYS  inbox, progress, buried
-- ARGV  consumer group, entry id, events, reason, then the entry's fields and values
-- returns 1, or 0 where somebody else ended the entry

if redis.call('XACK', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('HINCRBY', KEYS[2], 'buried', ARGV[3])
redis.call('XADD', KEYS[3], '*', 'entry', ARGV[2], 'reason', ARGV[4], unpack(ARGV, 5))
return 1
