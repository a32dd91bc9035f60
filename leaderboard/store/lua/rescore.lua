-- Moves a rescoring from one state to another, and with it, where told, what is voided: in one step, or not at all.
--
-- KEYS  rescorings, voided, figures, changes, audit log, lives
-- ARGV  id, its JSON as it is known ('' for none), its new JSON, actor, action, subject, why, campaign,
--       figures: '' leaves them, all else is put in their place,
--       the ids that have to be in force, joined by a space, or '*' where that does not matter,
--       '1' where what is voided becomes what follows, the version that the campaign's life has to have, or '',
--       the JSON before ('' for none) and after as the audit log has it,
--       then what is voided: account, JSON, account, JSON …
-- returns 'done', 'moved' where somebody else has moved it or the campaign, 'basis' where others are in force

local id, old, new, actor, action, subject, why, campaign, figures, basis, voids, life_version = unpack(ARGV, 1, 12)
local logged_old, logged_new = ARGV[13], ARGV[14]

if (redis.call('HGET', KEYS[1], id) or '') ~= old then return 'moved' end
if life_version ~= '' then
  local life = redis.call('HGET', KEYS[6], campaign)
  if string.format('%.0f', life and cjson.decode(life).version or 0) ~= life_version then return 'moved' end
end
if basis ~= '*' then
  local standing, ids = redis.call('HGETALL', KEYS[1]), {}
  for at = 1, #standing, 2 do
    -- Quotes within a text are escaped, so that this is the field. A whole preview takes long to decode.
    local is_applied = string.find(standing[at + 1], '"state":"applied"', 1, true)
    if standing[at] ~= id and is_applied then ids[#ids + 1] = standing[at] end
  end
  table.sort(ids)
  if table.concat(ids, ' ') ~= basis then return 'basis' end
end

redis.call('HSET', KEYS[1], id, new)
if figures ~= '' then redis.call('HSET', KEYS[3], id, figures) end
if voids == '1' then
  redis.call('DEL', KEYS[2])
  for at = 15, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[at], ARGV[at + 1]) end
end
redis.call('XADD', KEYS[4], 'MAXLEN', '~', 100000, '*', 'kind', 'review', 'id', campaign)
log_audit(KEYS[5], actor, action, subject, logged_old, logged_new, why)
return 'done'
