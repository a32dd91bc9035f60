-- Refuses writes that carry an older version of a campaign than its fence asks for, and lists them.

local REFUSED_KEPT = 100

-- Nothing, or the error to return. `standing` is the fence, `sample` one of the accounts that would have been written.
local function refuse_stale(standing, campaign, carried, key, accounts, sample)
  local needed = tonumber(standing or '0')
  if tonumber(carried) >= needed then return nil end
  local time = redis.call('TIME')
  local refused = '{"at_ms":' .. string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
    .. ',"carried":' .. carried .. ',"needed":' .. needed .. ',"accounts":' .. accounts
    .. ',"sample":' .. cjson.encode(sample) .. '}'
  redis.call('HINCRBY', key, 'count', 1)
  redis.call('LPUSH', key .. '|newest', refused)
  redis.call('LTRIM', key .. '|newest', 0, REFUSED_KEPT - 1)
  return redis.error_reply('STALE ' .. campaign)
end
