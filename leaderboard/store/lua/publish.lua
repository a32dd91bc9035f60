-- Brings rows of a campaign's standings up to date. A row carries the version of its tally: an older one changes
-- nothing, so a slow writer cannot undo a fast one.
--
-- KEYS  standings, rows, version
-- ARGV  msgpack {{account, version, score, reached ms, the rest of the row …}, …}, now ms
-- returns how many rows changed

local changed = 0
for _, row in ipairs(cmsgpack.unpack(ARGV[1])) do
  local account, version, score, reached_ms = row[1], row[2], row[3], row[4]
  local packed = redis.call('HGET', KEYS[2], account)
  local old = packed and cmsgpack.unpack(packed)
  if not old or version > old[2] then
    local member = string.format('%013.0f', reached_ms) .. account
    if old and old[4] ~= reached_ms then
      redis.call('ZREM', KEYS[1], string.format('%013.0f', old[4]) .. account)
    end
    -- Minus the score, so that ascending order is: higher score, earlier reached, lower account id.
    redis.call('ZADD', KEYS[1], string.format('%.0f', -score), member)
    redis.call('HSET', KEYS[2], account, cmsgpack.pack(row))
    changed = changed + 1
  end
end
if changed > 0 then
  redis.call('HINCRBY', KEYS[3], 'version', 1)
  redis.call('HSET', KEYS[3], 'at_ms', ARGV[2])
end
return changed
