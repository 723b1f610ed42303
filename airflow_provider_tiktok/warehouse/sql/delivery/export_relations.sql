select relation
from tiktok_ops.export_relations
order by relation
