-- One page of standings, read at one instant.
--
-- KEYS  standings, rows, version, eligible, awards
-- ARGV  offset, limit, or: account, limit (the page around the account; empty where it has no row)
-- returns {total, version, published at ms, offset, {row, …}, award rank of the first eligible on the page or 0,
--          {when awards were worked out, of which result, awards of each row's account …}}

local offset, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local total = redis.call('ZCARD', KEYS[1])
local state = redis.call('HMGET', KEYS[3], 'version', 'at_ms')
local answer = {total, tonumber(state[1]) or 0, tonumber(state[2]) or 0, offset or 0, {}, 0, {}}
if ARGV[3] == 'around' then
  local packed = redis.call('HGET', KEYS[2], ARGV[1])
  if not packed then return answer end
  local row = cmsgpack.unpack(packed)
  local rank = redis.call('ZRANK', KEYS[1], string.format('%013.0f', row[4]) .. ARGV[1])
  offset = math.max(0, math.min(rank - math.floor(limit / 2), total - limit))
  answer[4] = offset
end
local accounts = {}
for _, member in ipairs(redis.call('ZRANGE', KEYS[1], offset, offset + limit - 1)) do
  accounts[#accounts + 1] = string.sub(member, 14)
  -- Both sets have one order, so the first rank tells those of all others on the page.
  if answer[6] == 0 then answer[6] = (redis.call('ZRANK', KEYS[4], member) or -1) + 1 end
end
if #accounts > 0 then answer[5] = redis.call('HMGET', KEYS[2], unpack(accounts)) end
answer[7] = redis.call('HMGET', KEYS[5], '|at_ms', '|result', unpack(accounts))
return answer
