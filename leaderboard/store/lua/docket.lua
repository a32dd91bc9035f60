-- Makes one step on a flag: compare-and-set on what people have made of it, with its audit entries. All or nothing.
--
-- KEYS  decisions, proposals, appeals, the history of the decision, changes, audit log, appeal texts, cases,
--       raised flags
-- ARGV  flag, change id, actor, subject, then decision, proposal, appeals: each as it must be and as it becomes,
--       JSON, '' for none; the number of a new appeal and JSON of its texts, '' for none; JSON of a case, '' for none;
--       the checkpoint of the flag that was looked at, '' for whichever; then for each audit entry: action, before,
--       after, why
-- returns 1, or 0 where something else is stored, or another checkpoint has found the flag

local flag, change_id, actor, subject = unpack(ARGV, 1, 4)

for i = 1, 3 do
  if (redis.call('HGET', KEYS[i], flag) or '') ~= ARGV[3 + 2 * i] then return 0 end
end
if ARGV[14] ~= '' then
  local raised = redis.call('HGET', KEYS[9], flag)
  if not raised or cjson.decode(raised).checkpoint ~= tonumber(ARGV[14]) then return 0 end
end
for i = 1, 3 do
  local new = ARGV[4 + 2 * i]
  if new == '' then redis.call('HDEL', KEYS[i], flag) else redis.call('HSET', KEYS[i], flag, new) end
end

if ARGV[5] ~= ARGV[6] then
  local time = redis.call('TIME')
  local now_ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  redis.call('RPUSH', KEYS[4], '[' .. now_ms .. ',' .. ARGV[6] .. ']')
  redis.call('XADD', KEYS[5], 'MAXLEN', '~', 100000, '*', 'kind', 'decision', 'id', change_id)
end
if ARGV[12] ~= '' then redis.call('HSET', KEYS[7], flag .. '|' .. ARGV[11], ARGV[12]) end
if ARGV[13] ~= '' then redis.call('HSET', KEYS[8], redis.call('HLEN', KEYS[8]) + 1, ARGV[13]) end

for i = 15, #ARGV, 4 do log_audit(KEYS[6], actor, ARGV[i], subject, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
return 1
