SELECT E'a'
 -- c
 '\';';SELECT 1 --;SELECT 2
