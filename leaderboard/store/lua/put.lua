-- Saves one setting. The same again changes nothing; a change is told to those who cache, and to the audit log.
--
-- KEYS  the hash, changes, audit log, pixels, the history of the account or decision (used for those only)
-- ARGV  field, new JSON ('' removes), kind, change id, actor, action, subject,
--       the time from which on it may not be changed any more, ms, or '', why, then the pixel codes it claims
-- returns {'same' | 'created' | 'changed' | 'removed'}, or {'taken', pixel code, its account}, or {'fixed'}

local field, new, kind, change_id, actor, action, subject = unpack(ARGV, 1, 7)
local fixed_from_ms, why = tonumber(ARGV[8]), ARGV[9]
local old = redis.call('HGET', KEYS[1], field) or ''

for i = 10, #ARGV do
  local owner = redis.call('HGET', KEYS[4], ARGV[i])
  if owner and owner ~= field then return {'taken', ARGV[i], owner} end
end
if old == new then return {'same'} end
-- A revoked token stays revoked, also where a change of it was decided just before.
local REVOKED = '"revoked_ms":%d'
if kind == 'token' and string.find(old, REVOKED) and not string.find(new, REVOKED) then return {'same'} end
if old ~= '' and fixed_from_ms then
  local time = redis.call('TIME')
  if time[1] * 1000 + time[2] / 1000 >= fixed_from_ms then return {'fixed'} end
end

-- The audit log is read by more people than may see even the hash of a secret, or the mark of a payee.
local MARK = ',"holder_mark":"[%x:]*"'
local UNSAID = {token = ',"secret_hash":"%x*"', screening = MARK, tax_form = MARK}
local function logged(document)
  if not UNSAID[kind] then return document end
  return (string.gsub(document, UNSAID[kind], ''))
end

if kind == 'account' and old ~= '' then
  for _, code in ipairs(cjson.decode(old).pixel_codes or {}) do redis.call('HDEL', KEYS[4], code) end
end
for i = 10, #ARGV do redis.call('HSET', KEYS[4], ARGV[i], field) end
if (kind == 'account' or kind == 'decision') and new ~= '' then
  local time = redis.call('TIME')
  local now_ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
  -- An account from before there were histories has been as it was for ever.
  if old ~= '' and redis.call('EXISTS', KEYS[5]) == 0 then redis.call('RPUSH', KEYS[5], '[0,' .. old .. ']') end
  redis.call('RPUSH', KEYS[5], '[' .. now_ms .. ',' .. new .. ']')
end
if new == '' then redis.call('HDEL', KEYS[1], field) else redis.call('HSET', KEYS[1], field, new) end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 100000, '*', 'kind', kind, 'id', change_id)
log_audit(KEYS[3], actor, action, subject, logged(old), logged(new), why)
if new == '' then return {'removed'} end
return {old == '' and 'created' or 'changed'}
