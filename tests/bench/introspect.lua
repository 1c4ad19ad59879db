function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.headers["Authorization"] = "Basic " .. io.open(args[1] .. "/basic"):read("l")
  wrk.body = "token=" .. io.open(args[1] .. "/access"):read("l")
end
