-- Arguments: method, accept, path. In the path, {n} is the number of the request and {a} one of 64 accounts, so that no two requests in
-- flight are alike.
local method, path, headers, n, body = "GET", "/", {}, 0, nil

function init(args)
  method, path = args[1], args[2]
  headers["Authorization"] = "Bearer " .. args[3]
  headers["x-portkey-provider"], headers["x-portkey-custom-host"] = "openai", args[4]
  if method == "POST" then
    headers["Content-Type"] = "application/json"
    body = args[5]
  end
end

function request()
  n = n + 1
  return wrk.format(method, (path:gsub("{n}", tostring(1 + n % 40)):gsub("{a}", tostring(n % 64))), headers, body)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\n{"requests":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"errors":%d}\n', summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
