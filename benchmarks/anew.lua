-- Makes each request of wrk another one, by a comment at the end of its query: no server answers it from what it kept.
local run = os.time() -- no two runs begin in the same second
local asked = 0
request = function()
  asked = asked + 1
  return wrk.format("GET", wrk.path .. "%20%23" .. run .. "-" .. asked)
end
