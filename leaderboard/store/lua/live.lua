-- Saves the live time of an account in a campaign, if nobody else has saved it since it was read.
--
-- KEYS  live, tally
-- ARGV  the campaign's currency, the version that was read, effective ms, kept ms, promise, then host, packed sessions, …
-- returns {row version, uv, reached ms, orders, refunded orders, sales, given back, effective ms, kept ms}, or {} where
--         somebody else has saved it

local currency, expected = ARGV[1], ARGV[2]
if (redis.call('HGET', KEYS[2], 'lv') or '0') ~= expected then return {} end
for at = 6, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1]) end
redis.call('HSET', KEYS[2], 'lv', string.format('%.0f', tonumber(expected) + 1), 'e', ARGV[3], 'k', ARGV[4], 'ls', ARGV[5])
redis.call('HINCRBY', KEYS[2], 'v', 1)
local row = redis.call('HMGET', KEYS[2], 'v', 'n', 't', 'o', 'r', 'g:' .. currency, 'b:' .. currency, 'e', 'k')
for i = 1, 9 do row[i] = tonumber(row[i]) or 0 end
return row
