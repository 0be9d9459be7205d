-- An order on each request, each under an externalId of its own; what is not 201 is counted as an error.
local name = os.getenv("SLUSS_RUN")
local token = os.getenv("SLUSS_TOKEN")
local body = io.open("fixtures/tmf/orders.jsonl"):read("*l")
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("id", threads)
  thread:set("refused", 0)
  all = all or {}
  table.insert(all, thread)
end

function init()
  count = 0
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = "Bearer " .. token
end

function request()
  count = count + 1
  local one = body:gsub('"externalId": ?"[^"]*"', string.format('"externalId":"%s-%d-%d"', name, id, count), 1)
  return wrk.format(nil, nil, nil, one)
end

function response(status)
  if status ~= 201 then refused = refused + 1 end
end

function done(summary, latency)
  local refused = 0
  for _, thread in ipairs(all) do refused = refused + thread:get("refused") end
  print(string.format("orders/s %.0f, p50 %.1f ms, p99 %.1f ms, not 201: %d, socket errors: %d",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, refused,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
