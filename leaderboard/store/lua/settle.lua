-- Sets when accounts of one partition reached their score, as the archive has it; each is a new version of its tally.
--
-- KEYS[1]  any key of the partition (names the cluster slot)
-- ARGV     the partition's key prefix, the campaign's currency, then for each: campaign|account, reached ms
-- returns  for each {row version, uv, reached ms, orders, refunded orders, sales, given back, effective ms,
--          kept ms, visitors with invalid views only}

local call, prefix, currency, rows = redis.call, ARGV[1], ARGV[2], {}
for at = 3, #ARGV, 2 do
  local tally = prefix .. 'tally|' .. ARGV[at]
  call('HSET', tally, 't', ARGV[at + 1])
  call('HINCRBY', tally, 'v', 1)
  rows[#rows + 1] = row_of(tally, currency)
end
return rows
