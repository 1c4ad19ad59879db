-- Bad sign-ins from many addresses, for many names, some of them for one person.
local path, cookie, csrf, pause
answered_422, answered_429, answered_503, answered_000 = 0, 0, 0, 0
local headers = {
  ["Content-Type"] = "application/x-www-form-urlencoded",
  ["Sec-Fetch-Site"] = "same-origin",
  ["Accept"] = "text/html",
}
local threads = {}

function setup(thread) table.insert(threads, thread) end

function init(args)
  local form = io.open(args[1] .. "/form")
  path, cookie, csrf = form:read("l"), form:read("l"), form:read("l")
  headers["Cookie"] = cookie
  pause = tonumber(args[2])
  math.randomseed(4711)
end

-- 4,000 IPv4 addresses, 4,000 subscribers in ten IPv6 networks, and one in twenty from anywhere.
local function address()
  local kind = math.random(20)
  if kind == 1 then
    return string.format("2001:%x:%x:%x::1", math.random(65535), math.random(65535), math.random(65535))
  elseif kind <= 10 then
    return string.format("2a00:db8:%x:%x::%x", math.random(10), math.random(400), math.random(65535))
  end
  return string.format("198.18.%d.%d", math.random(16), math.random(250))
end

function request()
  headers["X-Forwarded-For"] = address()
  local name = math.random(20) == 1 and "known-person" or "name" .. math.random(10000000)
  local body = "csrf=" .. csrf .. "&username=" .. name .. "&password=wrong" .. math.random(1000000)
  return wrk.format("POST", path, headers, body)
end

-- Many machines do not ask all at once.
function delay() return math.random(0, 2 * pause) end

function response(status)
  if status == 422 then answered_422 = answered_422 + 1
  elseif status == 429 then answered_429 = answered_429 + 1
  elseif status == 503 then answered_503 = answered_503 + 1
  else answered_000 = answered_000 + 1 end
end

function done()
  for _, thread in ipairs(threads) do
    for _, status in ipairs({ "422", "429", "503", "000" }) do
      print("answered " .. status .. ": " .. string.format("%d", thread:get("answered_" .. status)))
    end
  end
end
