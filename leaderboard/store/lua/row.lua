-- A tally as a row of the standings: {version, uv, reached ms, orders, refunded orders, sales, given back, effective ms,
-- kept ms, visitors with invalid views only}, money in the campaign's currency.

local function row_of(tally, currency)
  local row = redis.call('HMGET', tally, 'v', 'n', 't', 'o', 'r', 'g:' .. currency, 'b:' .. currency, 'e', 'k', 'x')
  for i = 1, 10 do row[i] = tonumber(row[i]) or 0 end
  return row
end
