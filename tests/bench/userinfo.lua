function init(args)
  wrk.headers["Authorization"] = "Bearer " .. io.open(args[1] .. "/access"):read("l")
end
