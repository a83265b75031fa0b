from ray_client.tune.search.bohb.bohb_search import TuneBOHB as TuneBOHB
BOHB: None
