-- Refreshes at a steady and moderate rate: each connection rests between two.
local folder = debug.getinfo(1, "S").source:match("^@(.*/)")
dofile(folder .. "refresh.lua")

function delay() return 20 end
