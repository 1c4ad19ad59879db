-- Each answer's refresh token goes back into the queue, so that every family is a chain.
local queue, first, last = {}, 1, 0
local headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }

local function push(token)
  last = last + 1
  queue[last] = token
end

function init(args)
  local folder = args[1]
  headers["Authorization"] = "Basic " .. io.open(folder .. "/basic"):read("l")
  file = folder .. "/refresh"
  for line in io.lines(file) do push(line) end
end

function request()
  local token = queue[first]
  queue[first] = nil
  first = first + 1
  return wrk.format("POST", nil, headers, "grant_type=refresh_token&refresh_token=" .. token)
end

function response(status, _, body)
  if status == 200 then push(body:match('"refresh_token":"([^"]+)"')) end
end

-- What is left in the queue starts the next run.
function done()
end
