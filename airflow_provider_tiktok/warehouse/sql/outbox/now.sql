select tiktok_ops.now()
