"""Money and counts are grouped by three, as banks and offices write them; Django groups nothing."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
