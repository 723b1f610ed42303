set local default_statistics_target = 10
