local M = {}

--- Joins words.
-- @param words a list
function M.join(words, sep)
  return table.concat(words, sep or " ")
end

-- Splits a line.
local function split(line)
  local words = {}
  for word in line:gmatch("%S+") do words[#words + 1] = word end
  return words
end

function M:first(line)
  return split(line)[1]
end

M.last = function(line)
  local words = split(line)
  return words[#words]
end

return M
