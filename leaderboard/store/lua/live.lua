-- Saves the live time of accounts of one partition, of each if nobody else has saved it since it was read.
--
-- KEYS[1]  any key of the partition (names the cluster slot)
-- ARGV     the partition's key prefix, then for each: campaign|account, the campaign's currency, the version that was
--          read, effective ms, kept ms, promise, number of hosts, then host and packed sessions of each; last, as
--          msgpack, {campaign, version of its life, accounts, one of them} of each campaign
-- returns  for each {row version, uv, reached ms, orders, refunded orders, sales, given back, effective ms,
--          kept ms, visitors with invalid views only},
--          or {} where somebody else has saved it; or the error STALE before anything is done

local call, prefix, at, rows = redis.call, ARGV[1], 2, {}

local function save(tally, live, version, first, hosts)
  if hosts > 0 then call('HSET', live, unpack(ARGV, first, first + 2 * hosts - 1)) end
  call('HSET', tally, 'lv', string.format('%.0f', tonumber(version) + 1), 'e', ARGV[at + 3], 'k', ARGV[at + 4],
    'ls', ARGV[at + 5])
  call('HINCRBY', tally, 'v', 1)
  return row_of(tally, ARGV[at + 1])
end

for _, campaign in ipairs(cmsgpack.unpack(ARGV[#ARGV])) do
  local id, version, accounts, sample = unpack(campaign)
  local standing = call('HGET', prefix .. 'fences', id)
  local refused = refuse_stale(standing, id, version, prefix .. 'refused|' .. id, accounts, sample)
  if refused then return refused end
end

while at < #ARGV do
  local name, version, hosts = ARGV[at], ARGV[at + 2], tonumber(ARGV[at + 6])
  local tally, live = prefix .. 'tally|' .. name, prefix .. 'live|' .. name
  local is_mine = (call('HGET', tally, 'lv') or '0') == version
  rows[#rows + 1] = is_mine and save(tally, live, version, at + 7, hosts) or {}
  at = at + 7 + 2 * hosts
end
return rows
