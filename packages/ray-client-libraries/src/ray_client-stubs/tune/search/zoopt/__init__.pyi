from ray_client.tune.search.zoopt.zoopt_search import ZOOptSearch as ZOOptSearch
