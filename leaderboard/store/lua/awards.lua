-- Puts the awards that were written apart in the place of those that stand; a later result's are never replaced.
--
-- KEYS  awards that were written apart, awards
-- ARGV  the version of the result that they are of, 0 while they are provisional
-- returns 1, or 0 where awards of a later result stand

if (tonumber(redis.call('HGET', KEYS[2], '|result')) or 0) > tonumber(ARGV[1]) then
  redis.call('DEL', KEYS[1])
  return 0
end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('PERSIST', KEYS[2])
return 1
